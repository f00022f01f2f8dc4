"""The label on a board: a rating plate in text and as a picture with a QR code."""
