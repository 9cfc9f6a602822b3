"""Being asked to end: by a terminal or by a scheduler, in the main thread, and never where a signal is ignored."""

import os
import signal
import threading

import pytest

from scenegen.signals import exit_code, heard, terminated_as_interrupted

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def as_it_was():
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_schedulers_signal_interrupts_and_its_number_is_the_exit_code():
    with pytest.raises(KeyboardInterrupt) as caught, terminated_as_interrupted():
        signal.raise_signal(signal.SIGTERM)
    assert exit_code(caught.value) == 143
    assert exit_code(KeyboardInterrupt()) == 130
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_is_ignored_stays_so():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with terminated_as_interrupted():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_another_thread_leaves_signals_alone():
    seen = []

    def listen():
        with heard(lambda *_: None, signal.SIGTERM):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]
