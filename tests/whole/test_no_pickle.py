"""Nothing that is read can run code: no pickle, no evaluated text, no archive or checkpoint that could hold objects."""

import ast

import pytest
from roots import ROOT

MODULES = sorted(path for package in ("scenegen", "training", "tools") for path in (ROOT / package).rglob("*.py"))
BANNED_MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "yaml",
    "jsonpickle",
}
ALLOWED_NAMES = {"pickle.UnpicklingError", "pickle.Pickler"}
"""What torch.load raises about a foreign file, and what writes: that runs nothing of what it is given by a stranger."""
GUARDED = {ROOT / "training/evaluation/benchmarks/megadepth1500.py"}
"""Reads foreign pickles by an unpickler that knows the types of arrays alone, as its own test shows."""
BANNED_CALLS = {"eval", "exec", "compile", "os.system", "os.popen"}
BANNED_METHODS = {"read_pickle", "to_pickle", "unsafe_load", "full_load", "add_safe_globals"}


def problems(text, allowed=frozenset(ALLOWED_NAMES)):
    """Lines of a module that read or run what they should not."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            odd = {alias.name.split(".")[0] for alias in node.names} & BANNED_MODULES
            found += [f"{node.lineno}: import {name}" for name in odd if not _only_names(text, name, allowed)]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in BANNED_MODULES:
            found.append(f"{node.lineno}: from {node.module} import")
        elif isinstance(node, ast.Call):
            found += [f"{node.lineno}: {problem}" for problem in _call_problems(node)]
    return found


def _only_names(text, module, allowed):
    """Whether a module is there only for some names."""
    used = {
        ast.unparse(n)
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.Attribute) and ast.unparse(n.value) == module
    }
    return bool(used) and used <= allowed


def _call_problems(node):
    name = ast.unparse(node.func)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    if name in BANNED_CALLS or name.split(".")[-1] in BANNED_METHODS:
        yield f"{name}()"
    if name.split(".")[-1] == "load" and name.split(".")[0] in {"torch", "np", "numpy"}:
        wanted = {"torch": ("weights_only", "True")}.get(name.split(".")[0], ("allow_pickle", "False"))
        if given.get(wanted[0]) != wanted[1]:
            yield f"{name}() without {wanted[0]}={wanted[1]}"
    if given.get("allow_pickle", "False") != "False" or given.get("shell", "False") != "False":
        yield f"{name}() with allow_pickle or shell"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_is_read_can_run_code(path):
    guarded = {"pickle.Unpickler"} if path in GUARDED else set()
    assert problems(path.read_text(), ALLOWED_NAMES | guarded) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle\npickle.loads(b'')",
        "from pickle import loads",
        "import yaml\nyaml.load('')",
        "import numpy as np\nnp.load('x.npy')",
        "import numpy as np\nnp.load('x.npy', allow_pickle=True)",
        "import torch\ntorch.load('x')",
        "import torch\ntorch.load('x', weights_only=False)",
        "eval('1')",
        "exec('')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import pandas as pd\npd.read_pickle('x')",
    ],
)
def test_the_test_sees_what_it_looks_for(text):
    assert problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "import pickle\ntry:\n    pass\nexcept pickle.UnpicklingError:\n    pass",
        "import torch\ntorch.load('x', weights_only=True)",
        "import numpy as np\nnp.load('x', allow_pickle=False)",
        "model.eval()",
        "import json\njson.load(open('x'))",
    ],
)
def test_the_test_sees_nothing_else(text):
    assert problems(text) == []
