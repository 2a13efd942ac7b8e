# private_mounts.pl COMMAND...: makes every mount of this mount namespace private, then runs COMMAND.
# mount(8) can name the topmost mount only where "/" is one. Below a bare chroot it is not, so this
# steps out to the namespace's own root for a moment, by the way that a chroot leaves open to root.
# In perl, because that is part of every Debian.
use strict;
use POSIX ();

my $mount = (POSIX::uname())[4] eq 'x86_64' ? 165 : 40;    # SYS_mount; 40 on arm64, riscv64
my $MS_REC_PRIVATE = 0x4000 | 0x40000;
my ($none, $root) = ("none", "/");

chdir '/' and opendir my $here, '/' or die "private_mounts: /: $!\n";
chroot '/etc' or die "private_mounts: chroot: $!\n";
chdir '..' for 1 .. 64;    # the working directory is outside of the root: nothing stops it
chroot '.' or die "private_mounts: chroot: $!\n";
syscall($mount, $none, $root, $none, $MS_REC_PRIVATE, 0) == 0 or die "private_mounts: mount: $!\n";
chdir $here and chroot '.' or die "private_mounts: back to /: $!\n";
exec @ARGV or die "private_mounts: $ARGV[0]: $!\n";
