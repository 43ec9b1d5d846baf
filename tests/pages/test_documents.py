"""The documents of the API in a browser: the sign-in example succeeds, and what follows has its token."""

from playwright.sync_api import Page, expect

from tests.pages.person import Person


def execute(page: Page, operation: str) -> None:
    """Tries an operation of Swagger UI with its example. The answer must be 200."""
    box = page.locator(f"#operations-{operation}")
    box.locator("button").first.click()
    box.get_by_role("button", name="Try it out").click()
    box.get_by_role("button", name="Execute").click()
    expect(box.locator(".live-responses-table tbody .response-col_status")).to_have_text("200")


def test_the_sign_in_example_succeeds_on_a_demo(person: Person) -> None:
    page = person.goes_to("/docs")
    execute(page, "Sessions-sign_in")
    execute(page, "Accounts-who_am_i")
    expect(page.locator("[id^='operations-Live_streams-']")).to_have_count(2)
