"""The settings that nobody sets."""

import json
import os
import subprocess
import sys

CACHE = "import json; from portal.settings import CACHES; print(json.dumps(CACHES))"


def test_the_counters_of_tries_are_not_pushed_out_of_the_cache_by_a_few_hundred_others():
    environment = {**os.environ, "SECRET_KEY": "only-for-tests-" + "x" * 50}
    environment.pop("CACHE_URL", None)
    said = subprocess.run([sys.executable, "-c", CACHE], env=environment, capture_output=True, check=True)  # noqa: S603
    cache = json.loads(said.stdout)["default"]
    assert (cache["LOCATION"], cache["OPTIONS"]) == ("portal_cache", {"MAX_ENTRIES": 20_000})
