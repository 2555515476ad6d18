"""What is measured, one scenario per file; each takes the stage and a plan and hands back its findings."""
