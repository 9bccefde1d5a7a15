"""What tests have done in the child process: it imports functions by name, so they stand here."""

import os
import signal
import time

from quivive.errors import Unreadable


def echo(value):
    return value


def process_id():
    return os.getpid()


def compute_for_ever():
    while True:
        pass


def compute_for_seconds(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return "done"


def compute_on(data, seconds):
    return compute_for_seconds(seconds)


def hold(size, kept=[]):  # noqa: B006 (as a library keeps its models)
    kept.append(bytearray(size))


def take(size):
    return len(bytearray(size))


def wait_for_ever():
    time.sleep(1000)


def take_memory():
    return len(bytearray(2 * 10**9))


def take_memory_and_stay():
    kept = [bytearray(2 * 10**6) for _ in range(10**4)]
    return len(kept)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse():
    raise Unreadable("It is no picture.")


class Awkward(Exception):
    def __init__(self, one, two):
        super().__init__("a word with two")


def raise_what_cannot_be_pickled():
    raise Awkward(1, 2)


def print_much():
    print("noise" * 1000)
    os.system("echo more noise")
    return "answer"
