#include "kernels/emit.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <cassert>
#include <numbers>

#include "kernels/maths.h"
#include "kernels/pieces.h"

namespace vesper::kernels {
namespace {

using equations::Op;
using Kind = Instruction::Kind;

// Instructions that the code generator sees at once.
constexpr std::size_t longest_piece = 2000;

class FunctionEmitter {
 public:
  FunctionEmitter(llvm::Module& module, const Routine& routine, const Target& target,
                  const Names& names)
      : module_(module),
        routine_(routine),
        target_(target),
        names_(names),
        builder_(module.getContext()),
        scalar_(builder_.getDoubleTy()),
        vector_(llvm::FixedVectorType::get(scalar_, target.lanes)) {}

  void emit() {
    pieces_ = cut(routine_, longest_piece);
    if (pieces_.end.size() == 1) {
      begin(routine_.name, false);
      piece(0);
      builder_.CreateRetVoid();
    } else {
      emit_pieces();
    }
  }

 private:
  // One function a piece, with the scratch as its last argument, and one that calls them in turn.
  void emit_pieces() {
    std::vector<llvm::Function*> parts;
    for (std::size_t k = 0; k < pieces_.end.size(); ++k) {
      begin(routine_.name + "." + std::to_string(k), true);
      piece(k);
      builder_.CreateRetVoid();
      parts.push_back(function_);
    }
    begin(routine_.name, false);
    llvm::Value* const size = builder_.getInt32(std::max(pieces_.scratch_size, 1U));
    llvm::AllocaInst* const scratch = builder_.CreateAlloca(vector_, size);
    scratch->setAlignment(alignment());
    std::vector<llvm::Value*> arguments;
    for (llvm::Argument& argument : function_->args()) arguments.push_back(&argument);
    arguments.push_back(scratch);
    for (llvm::Function* const part : parts) builder_.CreateCall(part, arguments);
    builder_.CreateRetVoid();
  }

  void begin(const std::string& name, bool is_part) {
    const std::size_t arguments = routine_.arguments.size() + (is_part ? 1 : 0);
    const std::vector<llvm::Type*> types(arguments, builder_.getPtrTy());
    auto* const type = llvm::FunctionType::get(builder_.getVoidTy(), types, false);
    function_ = llvm::Function::Create(
        type, is_part ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage, name,
        module_);
    describe_arguments();
    scratch_ = is_part ? function_->getArg(static_cast<unsigned>(arguments - 1)) : nullptr;
    if (is_part) {
      scratch_->setName("scratch");
      describe(scratch_, true);
      function_->addFnAttr(llvm::Attribute::NoInline);
    }
    builder_.SetInsertPoint(llvm::BasicBlock::Create(module_.getContext(), "", function_));
  }

  void describe_arguments() {
    function_->addFnAttr(llvm::Attribute::NoUnwind);
    if (target_.lanes == 8) function_->addFnAttr("prefer-vector-width", "512");
    // With a frame pointer the stack can be aligned to whole vectors; else a value that does not
    // fit into the registers crosses cache lines on its way to the stack and back.
    function_->addFnAttr("frame-pointer", "all");
    for (unsigned k = 0; k < routine_.arguments.size(); ++k) {
      const Array array = routine_.arguments[k];
      llvm::Argument* const argument = function_->getArg(k);
      argument->setName(std::string(name(array)));
      // In `stage`, k may be g.
      describe(argument, array != Array::g && array != Array::k);
      pointers_[static_cast<std::size_t>(array)] = argument;
    }
  }

  void describe(llvm::Argument* argument, bool is_alone) {
    if (is_alone) argument->addAttr(llvm::Attribute::NoAlias);
    argument->addAttr(llvm::Attribute::getWithAlignment(module_.getContext(), alignment()));
  }

  void piece(std::size_t k) {
    values_.assign(routine_.body.size(), nullptr);
    masks_.assign(routine_.body.size(), nullptr);
    for (Value at = k == 0 ? 0 : pieces_.end[k - 1]; at < pieces_.end[k]; ++at) {
      instruction(at);
      if (const auto place = pieces_.scratch[at]) {
        builder_.CreateAlignedStore(value(at), scratch(*place), alignment());
      }
    }
  }

  llvm::Value* scratch(std::uint32_t place) {
    return builder_.CreateConstInBoundsGEP1_64(vector_, scratch_, place);
  }

  llvm::Align alignment() const { return llvm::Align(8ULL * target_.lanes); }

  llvm::Value* place(Array array, std::uint32_t index) {
    llvm::Value* const pointer = pointers_[static_cast<std::size_t>(array)];
    assert(pointer != nullptr);
    return index == 0 ? pointer : builder_.CreateConstInBoundsGEP1_64(vector_, pointer, index);
  }

  void instruction(Value at) {
    const Instruction& instruction = routine_.body[at];
    switch (instruction.kind) {
      case Kind::literal:
        values_[at] = number(instruction.number);
        return;
      case Kind::load:
        values_[at] = builder_.CreateAlignedLoad(
            vector_, place(instruction.array, instruction.index), alignment(),
            names_ ? names_(instruction.array, instruction.index) : std::string());
        return;
      case Kind::store:
        builder_.CreateAlignedStore(value(instruction.a),
                                    place(instruction.array, instruction.index), alignment());
        return;
      case Kind::apply:
        apply(at, instruction);
        return;
      case Kind::multiply_add:
        values_[at] = fused(value(instruction.a), value(instruction.b), value(instruction.c));
        return;
      case Kind::negative_multiply_add:
        values_[at] = fused(builder_.CreateFNeg(value(instruction.a)), value(instruction.b),
                            value(instruction.c));
        return;
      case Kind::reciprocal:
        values_[at] = reciprocal(value(instruction.a));
        return;
    }
  }

  llvm::Constant* number(double number) { return llvm::ConstantFP::get(vector_, number); }

  // The value of an instruction; of a boolean made into 1 or 0 when it is first asked for; of an
  // earlier piece, fetched.
  llvm::Value* value(Value at) {
    if (values_[at] != nullptr) return values_[at];
    if (masks_[at] != nullptr) {
      values_[at] = builder_.CreateSelect(masks_[at], number(1), number(0));
    } else if (const auto place = pieces_.scratch[at]) {
      values_[at] = builder_.CreateAlignedLoad(vector_, scratch(*place), alignment());
    } else {
      instruction(at);  // a load or a literal
    }
    return values_[at];
  }

  // Whether it is not 0, lane by lane.  A NaN is not 0.
  llvm::Value* mask(Value at) {
    if (masks_[at] == nullptr) masks_[at] = builder_.CreateFCmpUNE(value(at), number(0));
    return masks_[at];
  }

  llvm::Value* fused(llvm::Value* a, llvm::Value* b, llvm::Value* c) {
    return builder_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {vector_}, {a, b, c});
  }

  // From 14 bits by two of Newton's steps, where the machine gives 14 bits: a division of 8 doubles
  // keeps it busy for 16 cycles.
  llvm::Value* reciprocal(llvm::Value* a) {
    if (!target_.estimates) return builder_.CreateFDiv(number(1), a);
    llvm::Value* const every = builder_.getInt8(0xff);
    llvm::Value* estimate = builder_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_rcp14_pd_512, {},
                                                     {a, number(0), every});
    for (int step = 0; step < 2; ++step) {
      llvm::Value* const rest = fused(builder_.CreateFNeg(a), estimate, number(1));
      estimate = fused(rest, estimate, estimate);
    }
    return estimate;
  }

  llvm::Value* intrinsic(llvm::Intrinsic::ID id, llvm::Value* a) {
    return builder_.CreateUnaryIntrinsic(id, a);
  }

  void apply(Value at, const Instruction& i) {
    if (equations::is_boolean(i.op)) {
      masks_[at] = boolean(i);
    } else if (i.op == Op::select) {
      values_[at] = builder_.CreateSelect(mask(i.a), value(i.b), value(i.c));
    } else if (is_maths(i.op)) {
      values_[at] = maths(i);
    } else if (equations::operand_count(i.op) == 1) {
      values_[at] = unary(i.op, value(i.a));
    } else {
      values_[at] = binary(i.op, value(i.a), value(i.b));
    }
  }

  llvm::Value* boolean(const Instruction& i) {
    switch (i.op) {
      case Op::logical_not:
        return builder_.CreateNot(mask(i.a));
      case Op::logical_and:
        return builder_.CreateAnd(mask(i.a), mask(i.b));
      case Op::logical_or:
        return builder_.CreateOr(mask(i.a), mask(i.b));
      case Op::logical_xor:
        return builder_.CreateXor(mask(i.a), mask(i.b));
      case Op::less:
        return builder_.CreateFCmpOLT(value(i.a), value(i.b));
      case Op::less_equal:
        return builder_.CreateFCmpOLE(value(i.a), value(i.b));
      case Op::greater:
        return builder_.CreateFCmpOGT(value(i.a), value(i.b));
      case Op::greater_equal:
        return builder_.CreateFCmpOGE(value(i.a), value(i.b));
      case Op::equal:
        return builder_.CreateFCmpOEQ(value(i.a), value(i.b));
      default:
        assert(i.op == Op::not_equal);
        return builder_.CreateFCmpUNE(value(i.a), value(i.b));
    }
  }

  llvm::Value* unary(Op op, llvm::Value* a) {
    switch (op) {
      case Op::negate:
        return builder_.CreateFNeg(a);
      case Op::sqrt:
        return intrinsic(llvm::Intrinsic::sqrt, a);
      case Op::abs:
        return intrinsic(llvm::Intrinsic::fabs, a);
      case Op::floor:
        return target_.rounding ? intrinsic(llvm::Intrinsic::floor, a) : whole(a, false);
      case Op::ceil:
        return target_.rounding ? intrinsic(llvm::Intrinsic::ceil, a) : whole(a, true);
      default:
        return lane_by_lane(op, a, nullptr);
    }
  }

  llvm::Value* binary(Op op, llvm::Value* a, llvm::Value* b) {
    llvm::IRBuilderBase::FastMathFlagGuard guard(builder_);
    llvm::FastMathFlags contract;
    contract.setAllowContract();
    builder_.setFastMathFlags(contract);
    switch (op) {
      case Op::add:
        return builder_.CreateFAdd(a, b);
      case Op::subtract:
        return builder_.CreateFSub(a, b);
      case Op::multiply:
        return builder_.CreateFMul(a, b);
      default:
        break;
    }
    builder_.clearFastMathFlags();
    switch (op) {
      case Op::divide:
        return builder_.CreateFDiv(a, b);
      case Op::min:
      case Op::max: {
        llvm::Value* const first =
            op == Op::min ? builder_.CreateFCmpOLT(a, b) : builder_.CreateFCmpOGT(a, b);
        llvm::Value* const nan = builder_.CreateFCmpUNO(a, a);
        return builder_.CreateSelect(builder_.CreateOr(first, nan), a, b);
      }
      default:
        return lane_by_lane(op, a, b);
    }
  }

  // floor or ceil by adding and taking away 2^52, which leaves no room for a fraction; from 2^52
  // on, every number is whole.  The sign of a zero is kept.
  llvm::Value* whole(llvm::Value* a, bool up) {
    llvm::Value* const size = intrinsic(llvm::Intrinsic::fabs, a);
    llvm::Constant* const big = number(0x1p52);
    llvm::Value* nearest = builder_.CreateFSub(builder_.CreateFAdd(size, big), big);
    nearest = with_sign_of(nearest, a);
    llvm::Value* const beyond =
        up ? builder_.CreateFCmpOLT(nearest, a) : builder_.CreateFCmpOGT(nearest, a);
    llvm::Value* moved = builder_.CreateFAdd(nearest, number(up ? 1 : -1));
    moved = builder_.CreateSelect(beyond, moved, nearest);
    moved = with_sign_of(moved, a);
    return builder_.CreateSelect(builder_.CreateFCmpOLT(size, big), moved, a);
  }

  llvm::Value* maths(const Instruction& i) {
    llvm::Value* const a = value(i.a);
    if (equations::operand_count(i.op) > 1) return call(i.op, {a, value(i.b)});
    llvm::Value* const ordinary = call(i.op, {a});
    switch (i.op) {
      case Op::sinh:
      case Op::cosh:
        return beyond(a, 709, hyperbolic_far_out(i.op, a), ordinary);
      case Op::asinh:
      case Op::acosh:
        return beyond(a, 1e150, inverse_far_out(i.op, a), ordinary);
      default:
        return ordinary;
    }
  }

  llvm::Value* call(Op op, const std::vector<llvm::Value*>& operands) {
    const std::vector<llvm::Type*> types(operands.size(), vector_);
    const llvm::FunctionCallee callee = module_.getOrInsertFunction(
        maths_symbol(op), llvm::FunctionType::get(vector_, types, false));
    return pure(builder_.CreateCall(callee, operands));
  }

  // far where |a| > limit, else near.
  llvm::Value* beyond(llvm::Value* a, double limit, llvm::Value* far, llvm::Value* near) {
    llvm::Value* const size = intrinsic(llvm::Intrinsic::fabs, a);
    return builder_.CreateSelect(builder_.CreateFCmpOGT(size, number(limit)), far, near);
  }

  llvm::Value* with_sign_of(llvm::Value* size, llvm::Value* a) {
    return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, size, a);
  }

  // SLEEF's sinh and cosh overflow too early.  There they are exp(|a|)/2 = exp(|a| - 1) (e/2), and
  // |a| - 1 is exact.
  llvm::Value* hyperbolic_far_out(Op op, llvm::Value* a) {
    llvm::Value* const size = intrinsic(llvm::Intrinsic::fabs, a);
    llvm::Value* const part = call(Op::exp, {builder_.CreateFAdd(size, number(-1))});
    llvm::Value* const far = builder_.CreateFMul(part, number(std::numbers::e / 2));
    return op == Op::sinh ? with_sign_of(far, a) : far;
  }

  // SLEEF's asinh and acosh square their argument.  There they are ln|a| + ln 2.
  llvm::Value* inverse_far_out(Op op, llvm::Value* a) {
    llvm::Value* const size = intrinsic(llvm::Intrinsic::fabs, a);
    llvm::Value* const far = builder_.CreateFAdd(call(Op::ln, {size}), number(std::numbers::ln2));
    if (op == Op::asinh) return with_sign_of(far, a);
    // acosh of what is below 1 is no number.
    return builder_.CreateSelect(builder_.CreateFCmpOGT(a, number(0)), far, call(op, {a}));
  }

  // Rare operations: the scalar meaning, one lane after the other.
  llvm::Value* lane_by_lane(Op op, llvm::Value* a, llvm::Value* b) {
    llvm::Type* const types[] = {builder_.getInt32Ty(), scalar_, scalar_};
    const llvm::FunctionCallee callee =
        module_.getOrInsertFunction(apply_symbol, llvm::FunctionType::get(scalar_, types, false));
    llvm::Value* result = number(0);
    for (unsigned lane = 0; lane < target_.lanes; ++lane) {
      llvm::Value* const x = builder_.CreateExtractElement(a, lane);
      llvm::Value* const y = b != nullptr ? builder_.CreateExtractElement(b, lane) : x;
      llvm::Value* const one =
          pure(builder_.CreateCall(callee, {builder_.getInt32(static_cast<unsigned>(op)), x, y}));
      result = builder_.CreateInsertElement(result, one, lane);
    }
    return result;
  }

  llvm::Value* pure(llvm::CallInst* call) {
    call->setDoesNotAccessMemory();
    call->setDoesNotThrow();
    return call;
  }

  llvm::Module& module_;
  const Routine& routine_;
  const Target& target_;
  const Names& names_;
  llvm::IRBuilder<> builder_;
  llvm::Type* scalar_;
  llvm::VectorType* vector_;
  llvm::Function* function_ = nullptr;
  llvm::Argument* scratch_ = nullptr;
  Pieces pieces_;
  std::array<llvm::Value*, 11> pointers_{};
  std::vector<llvm::Value*> values_, masks_;  // by instruction; null until made
};

}  // namespace

std::string maths_symbol(Op op) {
  for (const MathsFunction& function : maths_functions()) {
    if (function.op == op) return "vesper_" + std::string(function.name);
  }
  assert(false && "not an elementary function");
  return {};
}

std::unique_ptr<llvm::Module> emit(llvm::LLVMContext& context, const Routines& routines,
                                   const Target& target, const Names& names) {
  auto module = std::make_unique<llvm::Module>("vesper", context);
  module->setTargetTriple(target.triple);
  for (const Routine& routine : routines.routines) {
    FunctionEmitter(*module, routine, target, names).emit();
  }
  return module;
}

}  // namespace vesper::kernels
