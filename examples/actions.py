"""Found at the start of every process (settings.ACTION_APPS); importing a module registers its actions."""

from examples import scan_check_single, sync_devices

__all__ = ["scan_check_single", "sync_devices"]
