"""Background work: orders that are due. It runs in a thread of each gateway process, or in a process of its own."""
