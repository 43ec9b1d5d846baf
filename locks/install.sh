# Sourced by ./pedidos when the environment does not fit: installs what $lock says into $environment, one at a time.
# shellcheck shell=bash disable=SC2154  # the variables are those of ./pedidos

good_python() { # is it CPython 3.11 or newer?
  [ "$("$1" -ISc 'import sys; print(sys.implementation.name == "cpython" and sys.version_info >= (3, 11))' 2>/dev/null)" = True ]
}

find_python() {
  local candidate
  if [ -n "${PEDIDOS_PYTHON:-}" ]; then
    good_python "$PEDIDOS_PYTHON" || fail "$(words "PEDIDOS_PYTHON=$PEDIDOS_PYTHON is not a Python 3.11 or newer." \
      "PEDIDOS_PYTHON=$PEDIDOS_PYTHON não é um Python 3.11 ou mais novo.")"
    base=$PEDIDOS_PYTHON
    return
  fi
  for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && good_python "$candidate"; then
      base=$candidate
      return
    fi
  done
  fail "$(words \
    "Python 3.11 or newer is needed. Install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) or set PEDIDOS_PYTHON to one." \
    "É preciso ter Python 3.11 ou mais novo. Instale-o (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) ou aponte PEDIDOS_PYTHON para um.")"
}

# Two pedidos may start at the same time: the second one waits. A lock whose owner is gone is broken.
take_lock() {
  local holder='' waited=0
  until said=$(mkdir "$environment.lock" 2>&1); do
    [ -d "$environment.lock" ] || fail "$(words "The Python environment is created in $home, which cannot be written to: $said" \
      "O ambiente Python é criado em $home, onde não é possível gravar: $said")"
    holder=$(cat "$environment.lock/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! ps -p "$holder" -o command= 2>/dev/null | grep -q pedidos; then
      break_lock "$holder"
    elif [ -z "$holder" ] && [ "$waited" -ge 10 ]; then
      break_lock "$holder"
    elif [ "$waited" -ge 900 ]; then
      fail "$(words "Another pedidos (pid $holder) has been installing for 15 minutes. End it, or remove $environment.lock." \
        "Outro pedidos (pid $holder) está instalando há 15 minutos. Encerre-o ou remova $environment.lock.")"
    else
      [ "$waited" -gt 0 ] || echo "pedidos: $(words "waiting for another start that is installing …" "esperando outra execução que está instalando …")" >&2
      waited=$((waited + 1))
      sleep 1
    fi
  done
  trap 'rm -rf "$environment.lock"' EXIT
  trap 'exit 130' INT TERM HUP
  echo $$ >"$environment.lock/pid"
}

break_lock() { # moves the lock away first: if two try to break it, one succeeds
  local aside=$environment.lock.$$
  mv "$environment.lock" "$aside" 2>/dev/null || return 0
  if [ "$(cat "$aside/pid" 2>/dev/null || true)" = "$1" ]; then
    rm -rf "$aside"
  else
    mv "$aside" "$environment.lock" # another process has taken it meanwhile
  fi
}

# Runs a command with the variables that say where packages are and how to reach them, and none that say how to install
# them: PIP_USER, UV_PREFIX and many others are meant for other environments.
cleanly() {
  local name kept=()
  for name in $(compgen -e); do
    case $name in
      PATH | HOME | USER | LOGNAME | TMPDIR | LANG | LC_* | LD_LIBRARY_PATH | DYLD_LIBRARY_PATH | XDG_CACHE_HOME | NETRC | \
        http_proxy | https_proxy | all_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | ALL_PROXY | NO_PROXY | \
        SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | \
        UV_INDEX* | UV_DEFAULT_INDEX | UV_EXTRA_INDEX_URL | UV_FIND_LINKS | UV_OFFLINE | UV_INSECURE_HOST | \
        UV_KEYRING_PROVIDER | UV_CACHE_DIR | UV_LINK_MODE | UV_HTTP_* | UV_SYSTEM_CERTS | UV_NATIVE_TLS | \
        PIP_INDEX_URL | PIP_EXTRA_INDEX_URL | PIP_FIND_LINKS | PIP_NO_INDEX | PIP_TRUSTED_HOST | PIP_CERT | \
        PIP_CLIENT_CERT | PIP_PROXY | PIP_KEYRING_PROVIDER | PIP_CACHE_DIR | PIP_TIMEOUT | PIP_DEFAULT_TIMEOUT | PIP_RETRIES)
        kept+=("$name=${!name}")
        ;;
    esac
  done
  env -i "${kept[@]}" "$@"
}

# The same settings from pip's configuration files, as variables, one per line.
configured() {
  cleanly "$python" -I -m pip config list 2>/dev/null | cleanly "$python" -ISc '
import ast, sys
kept = "index-url extra-index-url find-links no-index trusted-host cert client-cert proxy keyring-provider timeout retries"
for line in sys.stdin:
    name, _, value = line.partition("=")
    section, _, key = name.partition(".")
    if section in ("global", "install") and key in kept.split():
        print("PIP_" + key.upper().replace("-", "_") + "=" + " ".join(ast.literal_eval(value).split()))
' || true
}

# Runs a command, shows its output only if it fails, and explains the failure.
attempt() { # message for a failure, then the command
  local what=$1 said
  shift
  if ! said=$("$@" 2>&1); then
    printf '%s\n' "$said" >&2
    fail "$what $(meaning "$said")"
  fi
}

meaning() { # explains the output of a tool to the user
  case $1 in
    *"No space left"* | *"os error 28"* | *"quota exceeded"*) words "The disk is full: free about 1 GB where $home is." "O disco está cheio: libere cerca de 1 GB onde está $home." ;;
    *"Read-only file system"* | *"os error 30"*) words "$home is on a read-only file system." "$home está em um sistema de arquivos somente leitura." ;;
    *ertificate* | *CERTIFICATE* | *UnknownIssuer*)
      words "The authority that signed a server's certificate is not known here. If a proxy inspects TLS, add its authority to the system's store, or set SSL_CERT_FILE to a file that holds it." \
        "A autoridade que assinou o certificado de um servidor não é conhecida aqui. Se um proxy inspeciona o TLS, adicione a autoridade dele ao repositório do sistema ou aponte SSL_CERT_FILE para um arquivo que a contenha." ;;
    *ermission\ denied* | *"os error 13"*) words "You have no permission to write there, or to run programs there." "Você não tem permissão para gravar ou rodar programas ali." ;;
    *[Hh]ash*mismatch* | *"DO NOT MATCH THE HASHES"*) words "A download does not match the lock." "Um download não corresponde ao lock." ;;
    *roxy*) words "The proxy refuses the connection: see above, and check HTTPS_PROXY." "O proxy recusa a conexão: veja acima e confira HTTPS_PROXY." ;;
    *"dns error"* | *"failed to lookup"* | *resol* | *onnect* | *"timed out"* | *nreachable* | *"error sending request"*)
      words "Check the network connection, then run it again." "Verifique a conexão de rede e rode de novo." ;;
    *"from versions: none"*)
      words "No package index answers. Check the network connection, then run it again." \
        "Nenhum índice de pacotes responde. Verifique a conexão de rede e rode de novo." ;;
    *) words "See above." "Veja acima." ;;
  esac
}

can_run_programs() { # false on a file system that is mounted noexec
  printf '#!/bin/sh\n' >"$environment/probe" && chmod +x "$environment/probe" || return 0 # other problems show later
  "$environment/probe" 2>/dev/null
  local answer=$?
  rm -f "$environment/probe"
  return $answer
}

make_environment() {
  find_python
  if [ -e "$environment" ]; then # processes of an interrupted installation may still write into it
    mv "$environment" "$environment.old.$$"
    rm -rf "$environment.old.$$" || true
  fi
  if command -v uv >/dev/null; then
    attempt "$(words "The Python environment could not be created." "Não foi possível criar o ambiente Python.")" \
      cleanly uv venv --quiet --no-config --no-project --python "$(command -v "$base")" "$environment"
  elif ! said=$(cleanly "$base" -m venv "$environment" 2>&1); then
    rm -rf "$environment"
    case $said in
      *"No module named"* | *ensurepip*) fail "$(words "$base has no venv module. Debian, Ubuntu: apt install python3-venv" \
        "$base não tem o módulo venv. Debian, Ubuntu: apt install python3-venv")" ;;
      *) fail "$(words "The Python environment could not be created: $said" "Não foi possível criar o ambiente Python: $said")" "$(meaning "$said")" ;;
    esac
  fi
}

find_uv() {
  uv=$(command -v uv || true)
  [ -z "$uv" ] || return 0
  uv=$environment/uv/bin/uv # separate from the packages, so that installing them does not remove it
  if ! "$uv" --version >/dev/null 2>&1; then
    rm -rf "$environment/uv"
    attempt "$(words "uv, which installs the rest, could not be installed with pip." "Não foi possível instalar com o pip o uv, que instala o resto.")" with_pip install --quiet --no-deps \
      --require-hashes --target "$environment/uv" -r "$home/locks/uv.txt"
  fi
}

# Only the system's store contains the authority of a proxy that inspects TLS; old versions of pip do not use it.
with_pip() {
  local said line known=(PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1) bundle
  while read -r line; do
    [ -z "$line" ] || [ -n "$(printenv "${line%%=*}")" ] || known+=("$line")
  done <<<"$(configured)"
  said=$(cleanly env "${known[@]}" "$python" -I -m pip "$@" 2>&1) && return
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
    case $said in *CERTIFICATE_VERIFY_FAILED*) ;; *) break ;; esac
    [ ! -s "$bundle" ] || { said=$(cleanly env "${known[@]}" PIP_CERT="$bundle" "$python" -I -m pip "$@" 2>&1) && return; }
  done
  printf '%s\n' "$said"
  return 1
}

# uv trusts its own list; this uses the system's store first, and uv's list if the system has none.
with_uv() {
  local said
  said=$(cleanly env UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true "$uv" "$@" 2>&1) && return
  case $said in *ertificate* | *UnknownIssuer*) said=$(cleanly "$uv" "$@" 2>&1) && return ;; esac
  printf '%s\n' "$said"
  return 1
}

usable() { # an incomplete environment, or one whose Python is gone, is created again
  good_python "$python" || return 1
  [ -z "${PEDIDOS_PYTHON:-}" ] || [ "$(version "$python")" = "$(version "$PEDIDOS_PYTHON")" ] || return 1
  command -v uv >/dev/null || "$python" -m pip --version >/dev/null 2>&1
}

version() {
  "$1" -ISc 'import sys; print(sys.version_info[:2])' 2>/dev/null
}

take_lock
if ! fits; then
  echo "pedidos: $(words "preparing the Python environment (once) …" "preparando o ambiente Python (só na primeira vez) …")" >&2
  rm -f "$environment/installed.txt"
  usable || make_environment
  can_run_programs || fail "$(words "Programs cannot be run in $home: its file system is mounted noexec. Move the checkout elsewhere." \
    "Não é possível rodar programas em $home: o sistema de arquivos está montado com noexec. Mova o checkout para outro lugar.")"
  find_uv
  attempt "$(words "The packages could not be installed." "Não foi possível instalar os pacotes.")" \
    with_uv pip sync --quiet --no-config --require-hashes --python "$python" "$lock"
  "$python" -ISc "$identity" >"$environment/installed-for"
  cp "$lock" "$environment/installed.new"
  mv "$environment/installed.new" "$environment/installed.txt"
fi
rm -rf "$environment.lock"
trap - EXIT INT TERM HUP
