"""What starts and watches processes on this machine: servers, roles, the demo, and whatever a test runs for real."""
