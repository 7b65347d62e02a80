"""Found at the start of every process (settings.ACTION_APPS); importing a module registers its actions."""

from examples import device_upgrade, license_update, scan_check_single, sync_devices, update_db

__all__ = ["device_upgrade", "license_update", "scan_check_single", "sync_devices", "update_db"]
