"""Pictures drawn on the server as SVG, one pure function a kind. Across goes by percent, down by pixels."""
