"""The second factor of the back office: codes of an authenticator app, and backup codes. Built on django-otp."""
