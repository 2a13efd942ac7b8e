// The properties of config.json outside of `linux`.
#include "runtime/explain/properties.h"

namespace oci::explain {
namespace {

// clang-format off
constexpr Property kProcessRows[] = {
    {"ociVersion", "string", "The version of the specification that the file follows. 1.x is accepted.", "", "", ""},
    {"hooks", "object", "Programs that run at fixed points of the life of the container.", "", "", "podman --hooks-dir; nerdctl, CDI files"},
    {"hooks.prestart", "array", "Run on the host after the namespaces are made and before the root is changed. Deprecated: createRuntime is the same.", "", "", ""},
    {"hooks.createRuntime", "array", "Run on the host after the namespaces are made and before the root is changed.", "", "", "CDI files, podman --hooks-dir"},
    {"hooks.createContainer", "array", "Run in the namespaces of the container, with the files of the host, before the root is changed.", "", "", "CDI files"},
    {"hooks.startContainer", "array", "Run inside the container, before its program.", "", "", "CDI files"},
    {"hooks.poststart", "array", "Run on the host after the program has started. A failure is a warning.", "", "", "podman --hooks-dir"},
    {"hooks.poststop", "array", "Run on the host after the container is deleted. A failure is a warning.", "", "", "podman --hooks-dir"},
    {"hooks.*[].path", "string", "The absolute path of the program. A hook of startContainer is looked up in the container, all others on the host.", "execve(2)", "", ""},
    {"hooks.*[].args", "array", "The arguments, with the name of the program first.", "execve(2)", "", ""},
    {"hooks.*[].env", "array", "The environment, as NAME=VALUE. Without it a hook has that of the runtime, a startContainer hook that of the process.", "execve(2)", "", ""},
    {"hooks.*[].timeout", "integer", "Seconds after which the hook is killed and counts as failed.", "", "", ""},
    {"annotations", "object", "Free words for engines. A few act: spec/README.md lists them.", "", "", "podman --annotation, docker --annotation, metadata.annotations of a pod"},
    {"annotations.<key>", "string", "The text of one annotation.", "", "", ""},
    {"hostname", "string", "The host name inside. It needs a uts namespace.", "sethostname(2)", "", "podman and docker --hostname, spec.hostname of a pod"},
    {"domainname", "string", "The NIS domain name inside. It needs a uts namespace.", "setdomainname(2)", "", "docker --domainname"},
    {"mounts", "array", "The mounts of the container, in this order.", "", "", "podman and docker --volume, --mount, --tmpfs; volumeMounts of a pod"},
    {"mounts[].destination", "string", "The place in the container. Missing directories are made.", "move_mount(2)", "", "the part behind the colon of --volume"},
    {"mounts[].type", "string", "The filesystem: tmpfs, proc, sysfs, ... Any word for a bind mount.", "fsopen(2)", "", "type= of --mount"},
    {"mounts[].source", "string", "The device, or the path to bind. A relative path begins at the bundle.", "open_tree(2), fsconfig(2)", "", "the part before the colon of --volume"},
    {"mounts[].options", "array", "Attributes of the mount, such as ro and nosuid, and options of the filesystem, such as size=1m.", "mount_setattr(2), fsconfig(2)", "5.12 for recursive ones", "the words behind the second colon of --volume"},
    {"mounts[].uidMappings", "array", "Maps the owners of the files of this mount.", "MOUNT_ATTR_IDMAP of mount_setattr(2)", "5.12", "podman --volume ...:idmap"},
    {"mounts[].gidMappings", "array", "Maps the groups of the files of this mount.", "MOUNT_ATTR_IDMAP of mount_setattr(2)", "5.12", "podman --volume ...:idmap"},
    {"mounts[].uidMappings[].*", "integer", "The first id in the filesystem, the first that the mount shows, and their number.", "/proc/PID/uid_map", "5.12", ""},
    {"mounts[].gidMappings[].*", "integer", "The first id in the filesystem, the first that the mount shows, and their number.", "/proc/PID/gid_map", "5.12", ""},
    {"root", "object", "The root filesystem.", "", "", ""},
    {"root.path", "string", "Its directory. A relative path begins at the bundle.", "pivot_root(2)", "", "the image; podman --rootfs"},
    {"root.readonly", "boolean", "Makes it read-only.", "mount_setattr(2)", "", "podman and docker --read-only, readOnlyRootFilesystem of a pod"},
    {"process", "object", "The program of the container.", "", "", ""},
    {"process.args", "array", "The program and its arguments. Without a slash it is looked for in PATH.", "execve(2)", "", "the words behind the image, --entrypoint; command and args of a pod"},
    {"process.commandLine", "string", "For Windows. It has no effect.", "", "", ""},
    {"process.consoleSize", "object", "The first size of the terminal, in characters.", "TIOCSWINSZ of ioctl(2)", "", ""},
    {"process.consoleSize.height", "integer", "Rows of the terminal.", "TIOCSWINSZ of ioctl(2)", "", ""},
    {"process.consoleSize.width", "integer", "Columns of the terminal.", "TIOCSWINSZ of ioctl(2)", "", ""},
    {"process.cwd", "string", "The working directory. A missing one is made.", "chdir(2)", "", "podman and docker --workdir, workingDir of a pod"},
    {"process.env", "array", "The environment, as NAME=VALUE.", "execve(2)", "", "podman and docker --env, env of a pod"},
    {"process.terminal", "boolean", "Gives the program a terminal. create then needs --console-socket.", "/dev/pts/ptmx", "", "podman and docker --tty, tty of a pod"},
    {"process.user", "object", "The user of the program.", "", "", "podman and docker --user, securityContext of a pod"},
    {"process.user.uid", "integer", "The user id.", "setresuid(2)", "", "--user UID, runAsUser of a pod"},
    {"process.user.gid", "integer", "The group id.", "setresgid(2)", "", "--user :GID, runAsGroup of a pod"},
    {"process.user.umask", "integer", "The bits that new files do not get, as a decimal number.", "umask(2)", "", "podman --umask"},
    {"process.user.additionalGids", "array", "More groups.", "setgroups(2)", "", "podman and docker --group-add, supplementalGroups of a pod"},
    {"process.user.username", "string", "For Windows. It has no effect.", "", "", ""},
    {"process.capabilities", "object", "The five sets of capabilities. Without it there are none.", "capset(2)", "", "podman and docker --cap-add, --cap-drop, --privileged; securityContext.capabilities of a pod"},
    {"process.capabilities.bounding", "array", "The most that any program of the container can ever have.", "PR_CAPBSET_DROP of prctl(2)", "", "--cap-drop"},
    {"process.capabilities.permitted", "array", "The capabilities that the program may use.", "capset(2)", "", "--cap-add"},
    {"process.capabilities.effective", "array", "Those of them that are in effect at once.", "capset(2)", "", "--cap-add"},
    {"process.capabilities.inheritable", "array", "Those that pass to programs with such a file capability.", "capset(2)", "", ""},
    {"process.capabilities.ambient", "array", "Those that pass to any program, also without root. They must be permitted and inheritable.", "PR_CAP_AMBIENT of prctl(2)", "4.3", "podman --cap-add with --user"},
    {"process.apparmorProfile", "string", "The AppArmor profile. It must be loaded on the host.", "/proc/self/attr/apparmor/exec", "", "--security-opt apparmor=NAME, appArmorProfile of a pod"},
    {"process.oomScoreAdj", "integer", "Makes the kernel kill it sooner (up to 1000) or later (down to -1000) when memory is short.", "/proc/PID/oom_score_adj", "", "podman and docker --oom-score-adj"},
    {"process.selinuxLabel", "string", "The SELinux label of the program.", "/proc/self/attr/exec", "", "--security-opt label=..., seLinuxOptions of a pod"},
    {"process.ioPriority", "object", "The priority of its I/O.", "ioprio_set(2)", "", ""},
    {"process.ioPriority.class", "enum", "IOPRIO_CLASS_RT, IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE.", "ioprio_set(2)", "", ""},
    {"process.ioPriority.priority", "integer", "0 (first) to 7 (last) within the class.", "ioprio_set(2)", "", ""},
    {"process.noNewPrivileges", "boolean", "No set-uid program and no file capability gives more privileges.", "PR_SET_NO_NEW_PRIVS of prctl(2)", "3.5", "--security-opt no-new-privileges, allowPrivilegeEscalation: false of a pod"},
    {"process.scheduler", "object", "The scheduling policy.", "sched_setattr(2)", "3.14", ""},
    {"process.scheduler.policy", "enum", "SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE or SCHED_DEADLINE.", "sched_setattr(2)", "", ""},
    {"process.scheduler.nice", "integer", "-20 (first) to 19 (last), of the policies that share time.", "sched_setattr(2)", "", ""},
    {"process.scheduler.priority", "integer", "1 to 99, of SCHED_FIFO and SCHED_RR.", "sched_setattr(2)", "", ""},
    {"process.scheduler.flags", "array", "Flags of sched_setattr(2), such as SCHED_FLAG_RESET_ON_FORK.", "sched_setattr(2)", "", ""},
    {"process.scheduler.runtime", "integer", "Nanoseconds of work in each period, of SCHED_DEADLINE.", "sched_setattr(2)", "", ""},
    {"process.scheduler.deadline", "integer", "Nanoseconds until the work must be done, of SCHED_DEADLINE.", "sched_setattr(2)", "", ""},
    {"process.scheduler.period", "integer", "Nanoseconds from one period to the next, of SCHED_DEADLINE.", "sched_setattr(2)", "", ""},
    {"process.rlimits", "array", "Limits for each process.", "prlimit(2)", "", "podman and docker --ulimit"},
    {"process.rlimits[].type", "enum", "The limit: RLIMIT_NOFILE, RLIMIT_NPROC, ...", "prlimit(2)", "", "--ulimit nofile=..."},
    {"process.rlimits[].soft", "integer", "The limit that holds. The program may raise it up to hard.", "prlimit(2)", "", "the first number of --ulimit"},
    {"process.rlimits[].hard", "integer", "The highest soft limit.", "prlimit(2)", "", "the second number of --ulimit"},
    {"process.execCPUAffinity", "object", "The CPUs of a process of `exec`.", "sched_setaffinity(2)", "", ""},
    {"process.execCPUAffinity.initial", "string", "The CPUs while it is set up, such as 0-3,7.", "sched_setaffinity(2)", "", ""},
    {"process.execCPUAffinity.final", "string", "The CPUs of the program, such as 0-3,7.", "sched_setaffinity(2)", "", ""},
};
// clang-format on

}  // namespace

std::span<const Property> properties_of_the_process() {
  return kProcessRows;
}

}  // namespace oci::explain
