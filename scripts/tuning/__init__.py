"""Learning the encoder's adapter; needs PyTorch, which the assistant itself does not."""
