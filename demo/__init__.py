"""A season's start on embedded servers: sample people, a mail catcher, and people who answer."""
