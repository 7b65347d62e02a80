"""The verbs over crons: save, delete, enable, run now, and the tick that fires what is due."""
