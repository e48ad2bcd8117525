"""What stands around the app and the API."""
