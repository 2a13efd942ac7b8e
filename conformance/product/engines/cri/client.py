"""A client of the Kubernetes container runtime interface, runtime.v1: the subset for flows.py.

Names and numbers of the fields are those of k8s.io/cri-api's api.proto. Enumerations are numbers here.
"""
import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# A line a message: NAME FIELD:NUMBER:TYPE…. A type with * is repeated; map is from string to string.
MESSAGES = """
VersionRequest version:1:string
VersionResponse runtime_name:2:string runtime_version:3:string
StatusRequest verbose:1:bool
RuntimeCondition type:1:string status:2:bool reason:3:string message:4:string
RuntimeStatus conditions:1:*RuntimeCondition
RuntimeHandlerFeatures recursive_read_only_mounts:1:bool user_namespaces:2:bool
RuntimeHandler name:1:string features:2:RuntimeHandlerFeatures
StatusResponse status:1:RuntimeStatus info:2:map runtime_handlers:3:*RuntimeHandler
Int64Value value:1:int64
UInt64Value value:1:uint64
IDMapping host_id:1:uint32 container_id:2:uint32 length:3:uint32
UserNamespace mode:1:int32 uids:2:*IDMapping gids:3:*IDMapping
NamespaceOption network:1:int32 pid:2:int32 ipc:3:int32 target_id:4:string userns_options:5:UserNamespace
SecurityProfile profile_type:1:int32 localhost_ref:2:string
LinuxSandboxSecurityContext namespace_options:1:NamespaceOption privileged:6:bool seccomp:9:SecurityProfile
LinuxPodSandboxConfig cgroup_parent:1:string security_context:2:LinuxSandboxSecurityContext sysctls:3:map
PodSandboxMetadata name:1:string uid:2:string namespace:3:string attempt:4:uint32
PodSandboxConfig metadata:1:PodSandboxMetadata hostname:2:string log_directory:3:string linux:8:LinuxPodSandboxConfig
RunPodSandboxRequest config:1:PodSandboxConfig runtime_handler:2:string
RunPodSandboxResponse pod_sandbox_id:1:string
StopPodSandboxRequest pod_sandbox_id:1:string
StopPodSandboxResponse
RemovePodSandboxRequest pod_sandbox_id:1:string
RemovePodSandboxResponse
PodSandboxStatusRequest pod_sandbox_id:1:string
PodSandboxNetworkStatus ip:1:string
PodSandboxStatus id:1:string state:3:int32 network:5:PodSandboxNetworkStatus runtime_handler:9:string
PodSandboxStatusResponse status:1:PodSandboxStatus
ListPodSandboxRequest
ListPodSandboxResponse items:1:*PodSandboxStatus
ImageSpec image:1:string
KeyValue key:1:string value:2:string
Mount container_path:1:string host_path:2:string readonly:3:bool propagation:5:int32 uidMappings:6:*IDMapping gidMappings:7:*IDMapping recursive_read_only:8:bool
LinuxContainerResources cpu_period:1:int64 cpu_quota:2:int64 cpu_shares:3:int64 memory_limit_in_bytes:4:int64 oom_score_adj:5:int64 cpuset_cpus:6:string unified:9:map memory_swap_limit_in_bytes:10:int64
Capability add_capabilities:1:*string drop_capabilities:2:*string
LinuxContainerSecurityContext capabilities:1:Capability privileged:2:bool namespace_options:3:NamespaceOption run_as_user:5:Int64Value run_as_group:12:Int64Value readonly_rootfs:7:bool supplemental_groups:8:*int64 no_new_privs:11:bool masked_paths:13:*string readonly_paths:14:*string seccomp:15:SecurityProfile apparmor:16:SecurityProfile
LinuxContainerConfig resources:1:LinuxContainerResources security_context:2:LinuxContainerSecurityContext
ContainerMetadata name:1:string attempt:2:uint32
ContainerConfig metadata:1:ContainerMetadata image:2:ImageSpec command:3:*string args:4:*string working_dir:5:string envs:6:*KeyValue mounts:7:*Mount log_path:11:string tty:14:bool linux:15:LinuxContainerConfig
CreateContainerRequest pod_sandbox_id:1:string config:2:ContainerConfig sandbox_config:3:PodSandboxConfig
CreateContainerResponse container_id:1:string
StartContainerRequest container_id:1:string
StartContainerResponse
StopContainerRequest container_id:1:string timeout:2:int64
StopContainerResponse
RemoveContainerRequest container_id:1:string
RemoveContainerResponse
ListContainersRequest
Container id:1:string
ListContainersResponse containers:1:*Container
ContainerStatusRequest container_id:1:string verbose:2:bool
ContainerStatus id:1:string state:3:int32 started_at:5:int64 exit_code:7:int32 reason:10:string message:11:string
ContainerStatusResponse status:1:ContainerStatus info:2:map
UpdateContainerResourcesRequest container_id:1:string linux:2:LinuxContainerResources
UpdateContainerResourcesResponse
ExecSyncRequest container_id:1:string cmd:2:*string timeout:3:int64
ExecSyncResponse stdout:1:bytes stderr:2:bytes exit_code:3:int32
CpuUsage timestamp:1:int64 usage_core_nano_seconds:2:UInt64Value
MemoryUsage timestamp:1:int64 working_set_bytes:2:UInt64Value
ContainerAttributes id:1:string
ContainerStats attributes:1:ContainerAttributes cpu:2:CpuUsage memory:3:MemoryUsage
ContainerStatsRequest container_id:1:string
ContainerStatsResponse stats:1:ContainerStats
LinuxPodSandboxStats containers:5:*ContainerStats
PodSandboxStats linux:2:LinuxPodSandboxStats
PodSandboxStatsRequest pod_sandbox_id:1:string
PodSandboxStatsResponse stats:1:PodSandboxStats
ReopenContainerLogRequest container_id:1:string
ReopenContainerLogResponse
CheckpointContainerRequest container_id:1:string location:2:string timeout:3:int64
CheckpointContainerResponse
"""
FIELD = descriptor_pb2.FieldDescriptorProto
SCALARS = {"string": FIELD.TYPE_STRING, "bytes": FIELD.TYPE_BYTES, "bool": FIELD.TYPE_BOOL, "int32": FIELD.TYPE_INT32,
           "int64": FIELD.TYPE_INT64, "uint32": FIELD.TYPE_UINT32, "uint64": FIELD.TYPE_UINT64}


def describe(text):
    """The classes of the messages, by name."""
    file = descriptor_pb2.FileDescriptorProto(name="cri.proto", package="runtime.v1", syntax="proto3")
    for line in text.split("\n"):
        words = line.split()
        if not words:
            continue
        message = file.message_type.add(name=words[0])
        for word in words[1:]:
            name, number, kind = word.split(":")
            repeated = kind.startswith("*") or kind == "map"
            field = message.field.add(name=name, number=int(number),
                                      label=FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL)
            kind = kind.lstrip("*")
            if kind == "map":
                kind = f"{words[0]}.{name.title().replace('_', '')}Entry"
                entry = message.nested_type.add(name=kind.split(".")[1])
                entry.options.map_entry = True
                for number, part in enumerate(("key", "value"), 1):
                    entry.field.add(name=part, number=number, label=FIELD.LABEL_OPTIONAL, type=FIELD.TYPE_STRING)
            if kind in SCALARS:
                field.type = SCALARS[kind]
            else:
                field.type, field.type_name = FIELD.TYPE_MESSAGE, f".runtime.v1.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {message.name: factory.GetPrototype(pool.FindMessageTypeByName(f"runtime.v1.{message.name}"))
            for message in file.message_type}


class Refused(Exception):
    """The error answer of the engine."""


class Client:
    """client.RunPodSandbox(config={…}): one call; keywords are fields, dictionaries are messages."""

    def __init__(self, address, seconds):
        self.channel = grpc.insecure_channel(f"unix://{address}")
        self.messages = describe(MESSAGES)
        self.seconds = seconds

    def __getattr__(self, name):
        request, response = self.messages[name + "Request"], self.messages[name + "Response"]
        method = self.channel.unary_unary(f"/runtime.v1.RuntimeService/{name}", request.SerializeToString, response.FromString)

        def call(**fields):
            try:
                return method(request(**fields), timeout=self.seconds, wait_for_ready=True)
            except grpc.RpcError as error:
                raise Refused(f"{error.code().name}: {error.details()}") from None
        return call
