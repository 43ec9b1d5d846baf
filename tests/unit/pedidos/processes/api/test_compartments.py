"""A compartment that is full refuses, unless others are just coming out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from pedidos.http import problems
from pedidos.processes.api.compartments import FLOWING_SECONDS, Compartment


def test_so_many_at_a_time_and_of_one_account_fewer() -> None:
    compartment = Compartment(3, 2)
    with ExitStack() as inside:
        for account in ("ana", "ana", "bia"):
            inside.enter_context(compartment.place(account))
        with pytest.raises(problems.TooManyRequests, match="2 of your requests"), compartment.place("ana"):
            pass
        with pytest.raises(problems.Busy), compartment.place("eva"):
            pass
    with compartment.place("ana"), compartment.place("ana"), compartment.place("eva"):
        pass


def test_who_comes_while_others_come_out_waits_for_a_place() -> None:
    compartment = Compartment(1, 1)
    with ThreadPoolExecutor(1) as pool:
        leaving, entered = threading.Event(), threading.Event()

        def stay() -> None:
            with compartment.place("ana"):
                entered.set()
                leaving.wait()

        with compartment.place("bia"):  # who comes out now
            pass
        staying = pool.submit(stay)
        entered.wait()
        threading.Timer(FLOWING_SECONDS / 10, leaving.set).start()
        with compartment.place("eva"):
            pass
        staying.result()


def test_an_error_inside_frees_the_place() -> None:
    compartment = Compartment(1, 1)
    for _ in range(2):
        with pytest.raises(ValueError, match="inside"), compartment.place(None):
            raise ValueError("inside")
