"""Found at the start of every process (settings.ACTION_APPS); importing a module registers its actions."""

from examples import device_upgrade, scan_check_single, sync_devices

__all__ = ["device_upgrade", "scan_check_single", "sync_devices"]
