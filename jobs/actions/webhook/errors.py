"""What a webhook's job ends with when the call did not succeed."""


class WebhookFailed(Exception):
    """The call was refused, did not come through, or was answered with an error."""
