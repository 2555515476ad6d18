"""The routes: the API for machines, pages for persons, the control plane and the console for testers."""
