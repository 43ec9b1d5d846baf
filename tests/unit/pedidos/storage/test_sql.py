import pytest

from pedidos.storage.sql import Sql


def test_a_statement_changes_with_the_parts_of_its_parts() -> None:
    guard = Sql("a = 1")
    found = Sql("found as (select id from t where {guard})", guard=guard)
    statement = Sql("with {found} select id from found where {guard}", found=found, guard=guard)
    assert statement.text == "with found as (select id from t where a = 1) select id from found where a = 1"

    assert guard.replace("true") == [found, statement]
    assert statement.text == "with found as (select id from t where true) select id from found where true"

    guard.replace("a = 1")
    assert found.text == "found as (select id from t where a = 1)"


def test_a_part_that_is_composed_itself_is_not_replaced() -> None:
    whole = Sql("select {what}", what=Sql("1"))
    with pytest.raises(ValueError, match="parts"):
        whole.replace("select 2")
    assert whole.text == "select 1"


def test_a_part_that_is_not_given_is_an_error_where_the_statement_is_written() -> None:
    with pytest.raises(KeyError):
        Sql("select {what}")
