"""Nothing is lost in a power cut: `python -m proofs.powercut`, and a short form in the tests."""
