# private_mounts.pl COMMAND...: makes every mount of this mount namespace private, makes the tree of a bare chroot the
# root of the namespace, and runs COMMAND.
# 
# Below a chroot "/" is not a mount point: mount(8) cannot name the topmost mount, the kernel makes no user namespaces,
# and a container could escape to the directories above (pivot_root(2) swaps the wrong root). So the script leaves the
# chroot for a moment, by the way open to root, and returns with pivot_root. It is written in perl, which every Debian
# includes.
use strict;
use POSIX ();

my $arch = (POSIX::uname())[4];
my ($mount, $pivot_root, $umount2) = $arch eq 'x86_64' ? (165, 155, 166) : (40, 41, 39);
my ($MS_BIND, $MS_REC, $MS_PRIVATE, $MNT_DETACH) = (0x1000, 0x4000, 0x40000, 2);

sub try {
  my ($what, $result) = @_;
  die "private_mounts: $what: $!\n" unless $result;
}
my ($none, $root, $dot) = ('none', '/', '.');

try '/', chdir('/') && opendir(my $here, '/');
try 'chroot', chroot('/etc');
chdir '..' for 1 .. 64;  # the working directory is outside of the root: nothing stops it
try 'chroot', chroot('.');
try 'private mounts', syscall($mount, $none, $root, $none, $MS_REC | $MS_PRIVATE, 0) == 0;
try 'back', chdir $here;
my $tree = POSIX::getcwd();
if (defined $tree && $tree ne '/') {
  try "bind $tree", syscall($mount, $tree, $tree, $none, $MS_BIND | $MS_REC, 0) == 0;
  try $tree, chdir $tree;
  if (syscall($pivot_root, $dot, $dot) == 0) {
    try 'old root', syscall($umount2, $dot, $MNT_DETACH) == 0;
  } else {  # the root is an initramfs
    warn "private_mounts: pivot_root: $!; going on in a chroot\n";
    try $tree, chroot '.';
  }
} else {
  try '/', chroot '.';
}
try '/', chdir '/';
try $ARGV[0], exec @ARGV;
