# A decoder-only language model in the Qwen2 layout, as TorchScript.
#
# sampling.py and pretraining.py go on with this class; Native joins the three, and TorchArchive packs them as
# code/__torch__.py. One call from Java is one method; all scalars arrive as tensors.
# Letters in shapes: B sequences, T positions (sequences padded on the right), N = B*T, M chosen rows out of N,
# D width, H query heads, K key/value heads, G = H/K, E head size, V vocabulary, R LoRA rank (0 where there is no LoRA).
#
# Padding on the right needs no mask: attention is causal, so no true position ever sees a padded one.
# Each layer has four linear maps, fused: 0 query|key|value, 1 attention output, 2 gate|up, 3 down. "lora" holds for
# each layer and map A [R, in] and B [out, R], B scaled by alpha/r, so that y = x W' + (x A') B'. A list of one
# tensor stands for no LoRA at all.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  layers : int
  heads : int
  kv_heads : int
  head_size : int
  epsilon : float
  theta : float
  tied : bool
  # The parts as stored: embedding [V, D], final norm [D], and, where it is not tied, the head [V, D].
  ends : List[Tensor]
  # For each layer seven: query|key|value weight and bias, output, gate|up, down, first norm, second norm.
  blocks : List[Tensor]
  # Cosines and signed sines of the rotary angles, each [longest, E].
  rotary : List[Tensor]
  # What the passes use: for each layer five, the norms' weights folded into the linear maps that follow them.
  maps : List[Tensor]
  # The first and second moments of Muon and AdamW, and AdamW's step counters, in the order of "ends" and "blocks"; empty
  # outside of pretraining.
  first : List[Tensor]
  second : List[Tensor]
  steps : List[Tensor]

  # Takes the weights over, once; copies them, so that the caller may free its own.
  # weights: embedding, final norm, [head], then per layer: first norm, q, q bias, k, k bias, v, v bias, o, second norm,
  # gate, up, down. length: a tensor whose size is the longest context.
  def load(self: __torch__.Decoder, weights: List[Tensor], length: Tensor) -> Tensor:
    count = 2 if self.tied else 3
    ends = annotate(List[Tensor], [])
    for i in range(count):
      ends.append(torch.clone(weights[i]))
    blocks = annotate(List[Tensor], [])
    for l in range(self.layers):
      o = count + 12 * l
      blocks.append(torch.cat([weights[o + 1], weights[o + 3], weights[o + 5]], 0))
      blocks.append(torch.cat([weights[o + 2], weights[o + 4], weights[o + 6]], 0))
      blocks.append(torch.clone(weights[o + 7]))
      blocks.append(torch.cat([weights[o + 9], weights[o + 10]], 0))
      blocks.append(torch.clone(weights[o + 11]))
      blocks.append(torch.clone(weights[o]))
      blocks.append(torch.clone(weights[o + 8]))
    self.ends = ends
    self.blocks = blocks
    self.maps = self.fold(ends, blocks)
    half = self.head_size // 2
    exponents = torch.div(torch.arange(half, dtype=7), half)
    rates = torch.reciprocal(torch.pow(self.theta, exponents))
    angles = torch.mul(torch.unsqueeze(torch.arange(length.size(0), dtype=7), 1), torch.unsqueeze(rates, 0))
    sine = torch.sin(angles)
    cosine = torch.cos(angles)
    self.rotary = [
        torch.to(torch.cat([cosine, cosine], 1), 6).to(length.device),
        torch.to(torch.cat([torch.neg(sine), sine], 1), 6).to(length.device)]
    return ends[0]

  # The linear maps with the norms' weights folded in: per layer five; last the head with the final norm's.
  def fold(self: __torch__.Decoder, ends: List[Tensor], blocks: List[Tensor]) -> List[Tensor]:
    maps = annotate(List[Tensor], [])
    for l in range(self.layers):
      o = 7 * l
      maps.append(torch.mul(blocks[o], blocks[o + 5]))
      maps.append(blocks[o + 1])
      maps.append(blocks[o + 2])
      maps.append(torch.mul(blocks[o + 3], blocks[o + 6]))
      maps.append(blocks[o + 4])
    maps.append(torch.mul(ends[0 if self.tied else 2], ends[1]))
    return maps

  # The maps with LoRA added in, W + B A: serving pays nothing for its adapter.
  def merge(self: __torch__.Decoder, lora: List[Tensor]) -> List[Tensor]:
    maps = annotate(List[Tensor], [])
    for i in range(len(self.maps)):
      maps.append(self.maps[i])
    if len(lora) > 1:
      for l in range(self.layers):
        for j in range(4):
          a = lora[8 * l + 2 * j]
          if a.size(0) > 0:
            k = 5 * l + (0 if j == 0 else j + 1)
            maps[k] = torch.addmm(maps[k], lora[8 * l + 2 * j + 1], a)
    return maps

  # x / rms(x); the norm's weight is in the linear map that follows.
  def normalise(self: __torch__.Decoder, x: Tensor) -> Tensor:
    mean = torch.mean(torch.mul(x, x), [-1], True)
    return torch.mul(x, torch.rsqrt(torch.add(mean, self.epsilon)))

  # x [N, in] -> [N, out]: x W' + bias + (x A') B'.
  def linear(self: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Optional[Tensor], a: Tensor,
      b: Tensor) -> Tensor:
    count = x.size(0)
    if count >= 512 and count % 16 == 0 and not x.is_cuda:
      # The same product as a convolution with a 1x1 kernel over 16 images: oneDNN runs it, forward and backward, at more
      # than twice the speed of libtorch's BLAS where vectors are 512 bits wide.
      images = torch.permute(torch.view(x, [16, 1, count // 16, x.size(1)]), [0, 3, 1, 2])
      y = torch.conv2d(images, torch.unsqueeze(torch.unsqueeze(weight, -1), -1), bias)
      y = torch.reshape(torch.permute(y, [0, 2, 3, 1]), [count, weight.size(0)])
    else:
      y = torch.linear(x, weight, bias)
    if a.size(0) > 0:
      y = torch.addmm(y, torch.mm(x, torch.t(a)), torch.t(b))
    return y

  # The matrix A (part 0) or B (part 1) of a layer's map.
  def lora(self: __torch__.Decoder, lora: List[Tensor], layer: int, map: int, part: int) -> Tensor:
    i = 8 * layer + 2 * map + part
    if len(lora) == 1:
      i = 0
    return lora[i]

  # Turns pairs (i, i + E/2) of x [..., E] by the angles of cosine and sine.
  def rotate(self: __torch__.Decoder, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    return torch.addcmul(torch.mul(x, cosine), torch.roll(x, [self.head_size // 2], [-1]), sine)

  # The rest of a layer after attention: x, attended [N, D] -> [N, D].
  def finish(self: __torch__.Decoder, x: Tensor, attended: Tensor, maps: List[Tensor], lora: List[Tensor],
      l: int) -> Tensor:
    x = torch.add(x, self.linear(attended, maps[5 * l + 2], None, self.lora(lora, l, 1, 0), self.lora(lora, l, 1, 1)))
    y = self.normalise(x)
    weight = maps[5 * l + 3]
    a = self.lora(lora, l, 2, 0)
    b = self.lora(lora, l, 2, 1)
    inner = weight.size(0) // 2
    if x.size(0) >= 512:
      # Apart, so that no gradients have to be joined.
      second = b
      if a.size(0) > 0:
        second = torch.narrow(b, 0, inner, inner)
        b = torch.narrow(b, 0, 0, inner)
      gate = self.linear(y, torch.narrow(weight, 0, 0, inner), None, a, b)
      up = self.linear(y, torch.narrow(weight, 0, inner, inner), None, a, second)
    else:
      gate, up = torch.chunk(self.linear(y, weight, None, a, b), 2, 1)
    y = torch.mul(torch.silu(gate), up)
    return torch.add(x, self.linear(y, maps[5 * l + 4], None, self.lora(lora, l, 3, 0), self.lora(lora, l, 3, 1)))

  # ids [B, T], rows [M] -> normalised last states [M, D] of the chosen rows out of N; keys and values of every layer
  # [B, T, K, E] are put into "cache" if keep. The last layer goes on with the chosen rows only.
  def states(self: __torch__.Decoder, ids: Tensor, rows: Tensor, embedding: Tensor, maps: List[Tensor],
      lora: List[Tensor], cache: List[Tensor], keep: bool) -> Tensor:
    batch = ids.size(0)
    length = ids.size(1)
    turned = self.heads + self.kv_heads
    group = self.heads // self.kv_heads
    cosine = torch.unsqueeze(torch.narrow(self.rotary[0], 0, 0, length), 1)
    sine = torch.unsqueeze(torch.narrow(self.rotary[1], 0, 0, length), 1)
    x = torch.embedding(embedding, torch.reshape(ids, [-1]))
    for l in range(self.layers):
      a = self.lora(lora, l, 0, 0)
      b = self.lora(lora, l, 0, 1)
      qkv = self.linear(self.normalise(x), maps[5 * l], maps[5 * l + 1], a, b)
      qkv = torch.view(qkv, [batch, length, turned + self.kv_heads, self.head_size])
      qk, value = torch.split_with_sizes(qkv, [turned, self.kv_heads], 2)
      query, key = torch.split_with_sizes(self.rotate(qk, cosine, sine), [self.heads, self.kv_heads], 2)
      if keep:
        cache.append(key)
        cache.append(value)
      if group > 1:
        key = torch.repeat_interleave(key, group, 2)
        value = torch.repeat_interleave(value, group, 2)
      attended = torch.scaled_dot_product_attention(
          torch.transpose(query, 1, 2), torch.transpose(key, 1, 2), torch.transpose(value, 1, 2), None, 0., True)
      attended = torch.reshape(torch.transpose(attended, 1, 2), [batch * length, -1])
      if l == self.layers - 1:
        attended = torch.index_select(attended, 0, rows)
        x = torch.index_select(x, 0, rows)
      x = self.finish(x, attended, maps, lora, l)
    return self.normalise(x)

  # The first m of states [M, D], targets [m], temperature [1] -> log-probabilities [m] and entropies [m].
  def judge(self: __torch__.Decoder, states: Tensor, head: Tensor, targets: Tensor,
      temperature: Tensor) -> Tuple[Tensor, Tensor]:
    chosen = torch.narrow(states, 0, 0, targets.size(0))
    logits = torch.div(torch.linear(chosen, head), temperature)
    all = torch.log_softmax(logits, -1)
    chosen = torch.squeeze(torch.gather(all, 1, torch.unsqueeze(targets, 1)), 1)
    entropy = torch.neg(torch.sum(torch.mul(torch.exp(all), all), [-1]))
    return (chosen, entropy)

  # Scores given tokens without gradient. ids [B, T]; targets [m] the action tokens; rows [M]: the first m are where each of
  # them is predicted, the others fill up; prompts [B]: which of the rows is a prompt's last. Returns log-probabilities [m],
  # entropies [m] and the final norm's states [B, D] at the prompts' last positions.
  def score(self: __torch__.Decoder, ids: Tensor, rows: Tensor, targets: Tensor, prompts: Tensor, temperature: Tensor,
      lora: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    maps = self.merge(lora)
    none = [torch.empty([0])]
    states = self.states(ids, rows, self.ends[0], maps, none, none, False)
    chosen, entropy = self.judge(states, maps[5 * self.layers], targets, temperature)
    return (chosen, entropy, torch.mul(torch.index_select(states, 0, prompts), self.ends[1]))

  # Copies of the tensors that gradients are wanted of.
  def leaves(self: __torch__.Decoder, tensors: List[Tensor]) -> List[Tensor]:
    leaves = annotate(List[Tensor], [])
    for i in range(len(tensors)):
      leaf = torch.clone(tensors[i])
      leaves.append(torch.requires_grad_(leaf, torch.numel(leaf) > 0))
    return leaves

  # As score, keeping the graph to "lora" (made by leaves).
  def forward(self: __torch__.Decoder, ids: Tensor, rows: Tensor, targets: Tensor, temperature: Tensor,
      lora: List[Tensor]) -> Tuple[Tensor, Tensor]:
    none = [torch.empty([0])]
    states = self.states(ids, rows, self.ends[0], self.maps, lora, none, False)
    return self.judge(states, self.maps[5 * self.layers], targets, temperature)

  # The gradients of sum(outputs * weights) with respect to the non-empty leaves; empty leaves are left out.
  def gradient(self: __torch__.Decoder, weights: List[Tensor], outputs: List[Tensor], lora: List[Tensor]) -> List[Tensor]:
    leaves = annotate(List[Tensor], [])
    for i in range(len(lora)):
      if torch.numel(lora[i]) > 0:
        leaves.append(lora[i])
    factors = annotate(List[Optional[Tensor]], [])
    for i in range(len(weights)):
      factors.append(weights[i])
    return self.present(torch.grad(outputs, leaves, factors, None, False, False))

  # What must be there, as what is there.
  def present(self: __torch__.Decoder, found: List[Optional[Tensor]]) -> List[Tensor]:
    all = annotate(List[Tensor], [])
    for i in range(len(found)):
      all.append(torch._unwrap_optional(found[i]))
    return all
