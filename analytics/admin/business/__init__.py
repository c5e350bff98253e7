"""The page Business: the numbers of a period, of all agencies or of one."""
