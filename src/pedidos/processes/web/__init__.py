"""The pages: what people see in a browser. One module or package of views for each kind of person.

A page calls the same use cases and the same storage as the api, and not the api over HTTP. See "A page" in
CONTRIBUTING.md.
"""
