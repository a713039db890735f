"""FSDP2 on processes without GPUs."""

from typing import Any

from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType


def allow_sharding_on_cpu() -> None:
    """Lets accelerate (1.15) shard on the CPU, as FSDP2 itself can over gloo.

    It takes a sharding plugin for accelerators only, and otherwise trains unsharded without a word. With this, a preset
    that shards does so on the CPU as well, which is how it is tried before it costs GPU hours.
    """
    original = AcceleratorState.__init__
    if getattr(original, "shards_on_cpu", False):
        return

    def init(self: Any, *args: Any, fsdp_plugin: Any = None, **kwargs: Any) -> None:
        original(self, *args, fsdp_plugin=fsdp_plugin, **kwargs)
        if fsdp_plugin is not None and self.distributed_type == DistributedType.MULTI_CPU:
            self.distributed_type = DistributedType.FSDP
            if self._mixed_precision != "no":
                fsdp_plugin.set_mixed_precision(self._mixed_precision)
            self.fsdp_plugin = fsdp_plugin
            PartialState._shared_state["distributed_type"] = self.distributed_type

    init.shards_on_cpu = True  # type: ignore[attr-defined]
    AcceleratorState.__init__ = init
