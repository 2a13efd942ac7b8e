# debian_mirror: the address of the package mirror that apt uses here; nothing where there is none: then
# debootstrap(8) and mmdebstrap(1) take their own. Sourced.
debian_mirror() {
  grep -rhoE '(https?|file)://[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
    grep -v security | head -n 1 | tr -d ' ' || true
}
