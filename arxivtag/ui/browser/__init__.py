"""The project's own JavaScript: small components that run in the browser."""
