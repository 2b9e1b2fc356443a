"""The demo practice: `building` makes it, `cast` says who is in it, `stories` what happens, `clock` when."""

PASSWORD = "demo-Spine-2026"  # noqa: S105  a demo account, refused where DEBUG is off
