# debian_mirror: prints the address of the package mirror used by apt, or nothing. Then debootstrap(8) and mmdebstrap(1)
# use their default. Sourced.
debian_mirror() {
  grep -rhoE '(https?|file)://[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
    grep -v security | head -n 1 | tr -d ' ' || true
}
