"""A project that knows nothing of the portal: stock accounts, the apps' own plain pages."""
