import Testing

/// Tests with real processes on loopback. One at a time: they would fight for the processor.
@Suite(.serialized) enum ProcessTests {}
