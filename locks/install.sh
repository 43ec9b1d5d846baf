# Sourced by ./pedidos when the environment does not fit: installs what $lock says into $environment, one at a time.
# shellcheck shell=bash disable=SC2154  # the variables are those of ./pedidos

good_python() { # is it CPython 3.11 or newer?
  [ "$("$1" -ISc 'import sys; print(sys.implementation.name == "cpython" and sys.version_info >= (3, 11))' 2>/dev/null)" = True ]
}

find_python() {
  local candidate
  if [ -n "${PEDIDOS_PYTHON:-}" ]; then
    good_python "$PEDIDOS_PYTHON" || fail "PEDIDOS_PYTHON=$PEDIDOS_PYTHON is not a Python 3.11 or newer."
    base=$PEDIDOS_PYTHON
    return
  fi
  for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && good_python "$candidate"; then
      base=$candidate
      return
    fi
  done
  fail "Python 3.11 or newer is needed. Install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) or set PEDIDOS_PYTHON to one."
}

# Two may be started at once: the second one waits. A lock whose owner is gone is broken.
take_lock() {
  local holder='' waited=0
  until mkdir "$environment.lock" 2>/dev/null; do
    [ -d "$environment.lock" ] || fail "$home cannot be written to: the Python environment is made in it."
    holder=$(cat "$environment.lock/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! ps -p "$holder" -o command= 2>/dev/null | grep -q pedidos; then
      break_lock "$holder"
    elif [ -z "$holder" ] && [ "$waited" -ge 10 ]; then
      break_lock "$holder"
    elif [ "$waited" -ge 900 ]; then
      fail "Another pedidos (pid $holder) has been installing for 15 minutes. End it, or remove $environment.lock."
    else
      [ "$waited" -gt 0 ] || echo "pedidos: waiting for another start that is installing …" >&2
      waited=$((waited + 1))
      sleep 1
    fi
  done
  trap 'rm -rf "$environment.lock"' EXIT
  trap 'exit 130' INT TERM HUP
  echo $$ >"$environment.lock/pid"
}

break_lock() { # moves it away first: of two who want to break it, one succeeds
  local aside=$environment.lock.$$
  mv "$environment.lock" "$aside" 2>/dev/null || return 0
  if [ "$(cat "$aside/pid" 2>/dev/null || true)" = "$1" ]; then
    rm -rf "$aside"
  else
    mv "$aside" "$environment.lock" # somebody took it in between
  fi
}

make_environment() {
  find_python
  if [ -e "$environment" ]; then # what an installation that was cut short left running may still write into it
    mv "$environment" "$environment.old.$$"
    rm -rf "$environment.old.$$" || true
  fi
  if command -v uv >/dev/null; then
    uv venv --quiet --no-project --python "$(command -v "$base")" "$environment"
  elif ! "$base" -m venv "$environment" >/dev/null 2>&1; then
    rm -rf "$environment"
    fail "$base has no venv module. Debian, Ubuntu: apt install python3-venv"
  fi
}

find_uv() {
  uv=$(command -v uv || true)
  [ -z "$uv" ] || return 0
  uv=$environment/uv/bin/uv # apart from the packages, so that installing them leaves it alone
  if ! "$uv" --version >/dev/null 2>&1; then
    rm -rf "$environment/uv"
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
      --target "$environment/uv" -r "$home/locks/uv.txt" ||
      fail "uv, which installs the rest, could not be installed with pip: see above. Is there a network? Then run it again."
  fi
}

usable() { # an environment that was cut short, or whose Python is gone, is made anew
  good_python "$python" || return 1
  [ -z "${PEDIDOS_PYTHON:-}" ] || [ "$(version "$python")" = "$(version "$PEDIDOS_PYTHON")" ] || return 1
  command -v uv >/dev/null || "$python" -m pip --version >/dev/null 2>&1
}

version() {
  "$1" -ISc 'import sys; print(sys.version_info[:2])' 2>/dev/null
}

take_lock
if ! fits; then
  echo "pedidos: preparing the Python environment (once) …" >&2
  rm -f "$environment/installed.txt"
  usable || make_environment
  find_uv
  "$uv" pip sync --quiet --no-config --require-hashes --python "$python" "$lock" ||
    fail "The packages could not be installed: see above. Is there a network? Then run it again."
  "$python" -ISc "$identity" >"$environment/installed-for"
  cp "$lock" "$environment/installed.new"
  mv "$environment/installed.new" "$environment/installed.txt"
fi
rm -rf "$environment.lock"
trap - EXIT INT TERM HUP
