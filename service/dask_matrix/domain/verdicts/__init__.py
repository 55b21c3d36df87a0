"""From results to verdicts: judging, confirming, known failures, durations."""
