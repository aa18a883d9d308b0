"""Parts of the kernel that are merged into their callers are not built by themselves.

numba optimises each function and makes machine code of it, also where its callers take in its body
anyway: with parts nested ten deep the same code is optimised ten times.  Here a part is only
translated; the entry point that takes it in is optimised once, with all its parts.  That is half of
the time to compile the kernel, and the machine code is as fast.
"""

from typing import Any

from numba.core.base import user_function  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import BaseNativeLowering, NativeLowering

from twin.kernel.near import Table, aside

# What parts do not have: contexts, closures, literal arguments, branches known beforehand, array
# expressions; to look for it takes a tenth of the time.
_NEEDLESS = frozenset(
    [
        "WithLifting",
        "InlineClosureLikes",
        "RewriteSemanticConstants",
        "DeadBranchPrune",
        "RewriteDynamicRaises",
        "MakeFunctionToJitFunction",
        "InlineInlinables",
        "FindLiterallyCalls",
        "LiteralUnroll",
        "LiteralPropagationSubPipelinePass",
        "InlineOverloads",
        "NopythonRewrites",
        "NoPythonSupportedFeatureValidation",
        "AnnotateTypes",
        "DumpParforDiagnostics",
    ]
)


class _Library(JITCodeLibrary):
    """A part and the parts it calls, to be linked into a caller."""

    def add_ir_module(self, ir_module: Any) -> None:
        """Take in the translation of a function; what is not to be merged is to stay a call."""
        for function in ir_module.functions:
            if not function.is_declaration and "alwaysinline" not in function.attributes:
                function.attributes.add("noinline")
        super().add_ir_module(ir_module)

    def _optimize_functions(self, _module: Any) -> None:
        """Leave it to the entry point, which has to look at all of it anyway."""

    def finalize(self) -> None:
        """Make no machine code, and leave it to the entry point to link and to optimise."""
        self._finalized = True

    def with_all_it_calls(self) -> list[Any]:
        """Return what a caller has to link: this part and, each once, all it calls."""
        return [self, *dict.fromkeys(self._linking_libraries)]


def _with_tables_aside(call: Any) -> Any:
    """Return the call of a function that hands it the tables that lie aside (see `near`)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = zip(call.signature, arguments, strict=True)
        handed = [
            aside(context, builder, kind, value) if isinstance(kind, Table) else value
            for kind, value in kinds
        ]
        return call(context, builder, signature, handed)

    generate.signature = call.signature  # type: ignore[attr-defined]
    generate.libs = call.libs  # type: ignore[attr-defined]
    return generate


@register_pass(mutates_CFG=True, analysis_only=False)
class _Translation(NativeLowering):
    """Make a function known to its callers, without machine code of its own."""

    _name = "translation_of_a_part"

    def run_pass(self, state: Any) -> bool:
        """Translate one function."""
        target = state.targetctx
        state.library = _Library(target.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        BaseNativeLowering.run_pass(self, state)
        found = state.cr
        known_as = [found].append  # numba wants a built-in function, another one for each part
        call = user_function(found.fndesc, state.library.with_all_it_calls())
        if not state.flags.forceinline:
            call = _with_tables_aside(call)
        target._defns[known_as].append(call, call.signature)  # noqa: SLF001 - no public way
        state.cr = _LowerResult(found.fndesc, found.call_helper, cfunc=known_as, env=found.env)
        return True


class _Whole(JITCodeLibrary):
    """An entry point with all its parts, which is optimised once.

    numba does so twice, the first time to see which references need no counting; there are none.
    """

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager()  # noqa: SLF001 - no public way
        with self._recorded_timings.record("all passes", builder):
            passes.run(self._final_module, builder)


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    """Make machine code of an entry point and its parts."""

    _name = "lowering_of_an_entry_point"

    def run_pass(self, state: Any) -> bool:
        """Lower one function."""
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


class EntryCompiler(CompilerBase):
    """numba's compiler, but for the way in which all is optimised."""

    def define_pipelines(self) -> list[PassManager]:
        """Return the only pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (_Lowering if step is NativeLowering else step, text) for step, text in passes.passes
        ]
        passes.finalize()
        return [passes]


class PartCompiler(CompilerBase):
    """numba's compiler, but for the last step."""

    def define_pipelines(self) -> list[PassManager]:
        """Return the only pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (_Translation if step is NativeLowering else step, text)
            for step, text in passes.passes
            if step.__name__ not in _NEEDLESS
        ]
        passes.finalize()
        return [passes]
