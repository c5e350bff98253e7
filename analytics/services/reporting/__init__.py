"""Reports: written as files, and mailed by schedule."""
