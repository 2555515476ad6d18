"""What operators and their monitoring see: metrics, on a listener of their own."""
