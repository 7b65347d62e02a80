"""What every page of the admin shares. It knows no model, so that workers, locks and jobs can all build on it."""
