"""What stands around the app and the API: each answer passes these on its way to the browser."""
