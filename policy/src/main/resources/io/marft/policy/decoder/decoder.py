# A decoder-only language model in the Qwen2 layout, as TorchScript.
#
# TorchArchive packs this text as code/__torch__.py. Every method is one call from Java; all scalars arrive as tensors.
# Letters in shapes: B sequences, T positions (sequences padded on the right), N = B*T, M chosen rows out of N,
# D width, H query heads, K key/value heads, G = H/K, E head size, V vocabulary, R LoRA rank (0 where there is no LoRA).
#
# Padding on the right needs no mask: attention is causal, so no true position ever sees a padded one.
# Each layer has four linear maps, fused: 0 query|key|value, 1 attention output, 2 gate|up, 3 down. "lora" holds for
# each layer and map A [R, in] and B [out, R], B scaled by alpha/r, so that y = x W' + (x A') B'. A list of one tensor stands for no LoRA at all.
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
  # for each layer seven: query|key|value weight and bias, output, gate|up, down, first norm, second norm.
  blocks : List[Tensor]
  # Cosines and signed sines of the rotary angles, each [longest, E].
  rotary : List[Tensor]
  # What the passes use: for each layer five, the norms' weights folded into the linear maps that follow them.
  maps : List[Tensor]
  # Adam's first and second moments, and its step counters, in the order of "leaves"; empty outside of pretraining.
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
  def linear(self: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Optional[Tensor], a: Tensor, b: Tensor) -> Tensor:
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
  def finish(self: __torch__.Decoder, x: Tensor, attended: Tensor, maps: List[Tensor], lora: List[Tensor], l: int) -> Tensor:
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
  def states(self: __torch__.Decoder, ids: Tensor, rows: Tensor, embedding: Tensor, maps: List[Tensor], lora: List[Tensor],
      cache: List[Tensor], keep: bool) -> Tensor:
    batch = ids.size(0)
    length = ids.size(1)
    turned = self.heads + self.kv_heads
    group = self.heads // self.kv_heads
    cosine = torch.unsqueeze(torch.narrow(self.rotary[0], 0, 0, length), 1)
    sine = torch.unsqueeze(torch.narrow(self.rotary[1], 0, 0, length), 1)
    x = torch.embedding(embedding, torch.reshape(ids, [-1]))
    for l in range(self.layers):
      qkv = self.linear(self.normalise(x), maps[5 * l], maps[5 * l + 1], self.lora(lora, l, 0, 0), self.lora(lora, l, 0, 1))
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
  def judge(self: __torch__.Decoder, states: Tensor, head: Tensor, targets: Tensor, temperature: Tensor) -> Tuple[Tensor, Tensor]:
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

  def present(self: __torch__.Decoder, found: List[Optional[Tensor]]) -> List[Tensor]:
    all = annotate(List[Tensor], [])
    for i in range(len(found)):
      all.append(torch._unwrap_optional(found[i]))
    return all

  # Draws one token per row. logits [B, V], already divided by the temperature; top_k, top_p [B, 1]; filtered: whether any
  # row filters; uniform [B, 1] in [0, 1). Inverse of the cumulative distribution, in double so that a token of
  # probability 0 is never drawn. Returns tokens [B, 1] and their log-probabilities [B, 1].
  def draw(self: __torch__.Decoder, logits: Tensor, top_k: Tensor, top_p: Tensor, filtered: bool, uniform: Tensor) -> Tuple[Tensor, Tensor]:
    order = logits
    if filtered:
      logits, order = torch.sort(logits, -1, True)
      ranks = torch.unsqueeze(torch.arange(logits.size(1), device=logits.device), 0)
      logits = torch.masked_fill(logits, torch.ge(ranks, top_k), -inf)
      probabilities = torch.softmax(logits, -1)
      before = torch.sub(torch.cumsum(probabilities, 1), probabilities)
      drop = torch.logical_and(torch.ge(before, top_p), torch.gt(ranks, 0))
      logits = torch.masked_fill(logits, drop, -inf)
    all = torch.log_softmax(logits, -1)
    cumulative = torch.cumsum(torch.exp(torch.to(all, 7)), 1)
    level = torch.mul(uniform, torch.narrow(cumulative, 1, cumulative.size(1) - 1, 1))
    token = torch.sum(torch.le(cumulative, level), [1], True)
    chosen = torch.gather(all, 1, token)
    if filtered:
      token = torch.gather(order, 1, token)
    return (token, chosen)

  # One token further. token, where [B]: the token and its position in its sequence; place: the slot of the cache for it;
  # mask [B*K, 1, slots], cache as in generate. Returns the normalised last states [B, D].
  def advance(self: __torch__.Decoder, token: Tensor, where: Tensor, place: int, mask: Tensor, cache: List[Tensor],
      maps: List[Tensor]) -> Tensor:
    none = [torch.empty([0])]
    batch = token.size(0)
    turned = self.heads + self.kv_heads
    pairs = batch * self.kv_heads
    scale = self.head_size ** -0.5
    cosine = torch.unsqueeze(torch.index_select(self.rotary[0], 0, where), 1)
    sine = torch.unsqueeze(torch.index_select(self.rotary[1], 0, where), 1)
    visible = torch.narrow(mask, 2, 0, place + 1)
    x = torch.embedding(self.ends[0], token)
    for l in range(self.layers):
      qkv = torch.linear(self.normalise(x), maps[5 * l], maps[5 * l + 1])
      qkv = torch.view(qkv, [batch, turned + self.kv_heads, self.head_size])
      qk = self.rotate(torch.narrow(qkv, 1, 0, turned), cosine, sine)
      key = torch.narrow(qk, 1, self.heads, self.kv_heads)
      value = torch.narrow(qkv, 1, turned, self.kv_heads)
      torch.copy_(torch.select(cache[2 * l], 1, place), torch.reshape(key, [pairs, self.head_size]))
      torch.copy_(torch.select(cache[2 * l + 1], 1, place), torch.reshape(value, [pairs, self.head_size]))
      # The query heads that share a key head stand side by side, like so many positions.
      query = torch.reshape(torch.narrow(qk, 1, 0, self.heads), [pairs, self.heads // self.kv_heads, self.head_size])
      keys = torch.narrow(cache[2 * l], 1, 0, place + 1)
      values = torch.narrow(cache[2 * l + 1], 1, 0, place + 1)
      scores = torch.baddbmm(visible, query, torch.transpose(keys, 1, 2), beta=1, alpha=scale)
      attended = torch.bmm(torch.softmax(scores, -1), values)
      x = self.finish(x, torch.reshape(attended, [batch, -1]), maps, none, l)
    return self.normalise(x)

  # Continues prompts, all steps in one call. ids [B, T]; lengths [B] of the prompts; uniforms [B, S] in double; limits [B]
  # of new tokens, S the largest; temperature, top_k, top_p [B, 1] (temperature 1 with top_k 1 is greedy); filters [1]:
  # whether any row filters; ends [any] the end tokens. Returns tokens [B, s] and log-probabilities [B, s], s <= S; what
  # follows a row's end means nothing.
  def generate(self: __torch__.Decoder, ids: Tensor, lengths: Tensor, uniforms: Tensor, limits: Tensor, temperature: Tensor,
      top_k: Tensor, top_p: Tensor, filters: Tensor, ends: Tensor, lora: List[Tensor]) -> Tuple[Tensor, Tensor]:
    maps = self.merge(lora)
    none = [torch.empty([0])]
    batch = ids.size(0)
    prompt = ids.size(1)
    steps = uniforms.size(1)
    slots = prompt + steps
    filtered = bool(torch.item(filters))
    rows = torch.arange(batch, device=ids.device)
    cache = annotate(List[Tensor], [])
    last = torch.add(torch.mul(rows, prompt), torch.sub(lengths, 1))
    x = self.states(ids, last, self.ends[0], maps, none, cache, True)
    # New keys and values follow the padded prompt; the mask hides the padding between them.
    for i in range(len(cache)):
      room = torch.empty([batch, self.kv_heads, slots, self.head_size], dtype=6, device=ids.device)
      torch.copy_(torch.narrow(room, 2, 0, prompt), torch.transpose(cache[i], 1, 2))
      cache[i] = torch.view(room, [batch * self.kv_heads, slots, self.head_size])
    places = torch.unsqueeze(torch.arange(slots, device=ids.device), 0)
    hidden = torch.logical_and(torch.ge(places, torch.unsqueeze(lengths, 1)), torch.lt(places, prompt))
    mask = torch.masked_fill(torch.zeros([batch, slots], dtype=6, device=ids.device), hidden, -inf)
    mask = torch.reshape(torch.repeat_interleave(mask, self.kv_heads, 0), [batch * self.kv_heads, 1, slots])
    tokens = torch.zeros([batch, steps], dtype=4, device=ids.device)
    chosen = torch.zeros([batch, steps], dtype=6, device=ids.device)
    going = torch.ones([batch], dtype=11, device=ids.device)
    step = 0
    left = batch
    while left > 0:
      logits = torch.div(torch.linear(x, maps[5 * self.layers]), temperature)
      token, logp = self.draw(logits, top_k, top_p, filtered, torch.narrow(uniforms, 1, step, 1))
      token = torch.squeeze(token, 1)
      torch.index_copy_(torch.select(tokens, 1, step), 0, rows, token)
      torch.index_copy_(torch.select(chosen, 1, step), 0, rows, torch.squeeze(logp, 1))
      step = step + 1
      ended = torch.any(torch.eq(torch.unsqueeze(token, 1), ends), 1)
      going = torch.logical_and(going, torch.logical_and(torch.logical_not(ended), torch.gt(limits, step)))
      left = int(torch.item(torch.sum(going)))
      if left > 0:
        if batch >= 8 and 4 * left <= 3 * batch:
          # Rows that have ended leave the batch.
          keep = torch.squeeze(torch.nonzero(going), 1)
          for i in range(len(cache)):
            cache[i] = torch.view(
                torch.index_select(torch.view(cache[i], [batch, -1]), 0, keep), [left * self.kv_heads, slots, self.head_size])
          mask = torch.view(torch.index_select(torch.view(mask, [batch, -1]), 0, keep), [left * self.kv_heads, 1, slots])
          rows = torch.index_select(rows, 0, keep)
          token = torch.index_select(token, 0, keep)
          lengths = torch.index_select(lengths, 0, keep)
          limits = torch.index_select(limits, 0, keep)
          uniforms = torch.index_select(uniforms, 0, keep)
          temperature = torch.index_select(temperature, 0, keep)
          top_k = torch.index_select(top_k, 0, keep)
          top_p = torch.index_select(top_p, 0, keep)
          going = torch.index_select(going, 0, keep)
          batch = left
        x = self.advance(token, torch.add(lengths, step - 1), prompt + step - 1, mask, cache, maps)
    return (torch.narrow(tokens, 1, 0, step), torch.narrow(chosen, 1, 0, step))

  # Pretraining: the summed cross-entropy of targets [m] predicted at the first m of rows, divided by scale [1], and its
  # gradient by every one of "ends" and "blocks". Returns the loss, then the gradients.
  def slope(self: __torch__.Decoder, ids: Tensor, rows: Tensor, targets: Tensor, scale: Tensor) -> List[Tensor]:
    none = [torch.empty([0])]
    leaves = annotate(List[Tensor], [])
    for i in range(len(self.ends)):
      leaves.append(torch.requires_grad_(torch.detach(self.ends[i]), True))
    blocks = annotate(List[Tensor], [])
    for i in range(len(self.blocks)):
      blocks.append(torch.requires_grad_(torch.detach(self.blocks[i]), True))
    maps = self.fold(leaves, blocks)
    states = self.states(ids, rows, leaves[0], maps, none, none, False)
    states = torch.narrow(states, 0, 0, targets.size(0))
    loss = torch.div(torch.cross_entropy_loss(torch.linear(states, maps[5 * self.layers]), targets, None, 2), scale)
    leaves.extend(blocks)
    factors = annotate(List[Optional[Tensor]], [torch.ones_like(loss)])
    found = [torch.detach(loss)]
    found.extend(self.present(torch.grad([loss], leaves, factors, None, False, False)))
    return found

  # One step of training: the layers' matrices by Muon, all else by AdamW. settings [4]: learning rate of AdamW, that of
  # Muon, weight decay (of matrices), largest norm of the gradient that AdamW gets. gradients: one or more of what slope
  # returned, one after another; they are added in this order. Returns the loss.
  def step(self: __torch__.Decoder, settings: Tensor, gradients: List[Tensor]) -> Tensor:
    leaves = annotate(List[Tensor], [])
    leaves.extend(self.ends)
    leaves.extend(self.blocks)
    size = len(leaves)
    if len(self.first) == 0:
      self.begin(leaves)
    sums = annotate(List[Tensor], [])
    squares = annotate(List[Tensor], [])
    for i in range(size + 1):
      total = gradients[i]
      for j in range(1, len(gradients) // (size + 1)):
        total = torch.add(total, gradients[j * (size + 1) + i])
      sums.append(total)
      if i > 0:
        squares.append(torch.sum(torch.mul(total, total)))
    norm = torch.sqrt(torch.sum(torch.stack(squares)))
    factor = torch.clamp(torch.div(torch.select(settings, 0, 3), torch.add(norm, 1e-6)), None, 1.)
    rate = float(torch.item(settings[0]))
    muon = float(torch.item(settings[1]))
    decay = float(torch.item(settings[2]))
    for i in range(size):
      weight = leaves[i]
      gradient = sums[i + 1]
      if i >= len(self.ends) and gradient.dim() > 1:
        torch.add_(torch.mul_(self.first[i], 0.95), gradient)
        update = torch.add(gradient, self.first[i], alpha=0.95)
        parts = torch.split(update, self.fused((i - len(self.ends)) % 7, gradient.size(0)), 0)
        steps = annotate(List[Tensor], [])
        for j in range(len(parts)):
          steps.append(self.orthogonal(parts[j]))
        torch.sub_(torch.mul_(weight, 1. - muon * decay), torch.cat(steps, 0), alpha=muon)
      else:
        gradient = torch.mul(gradient, factor)
        count = torch.add_(self.steps[i], 1)
        mean = torch.add_(torch.mul_(self.first[i], 0.9), gradient, alpha=0.1)
        square = torch.addcmul_(torch.mul_(self.second[i], 0.98), gradient, gradient, value=0.02)
        mean = torch.div(mean, torch.rsub(torch.pow(0.9, count), 1))
        square = torch.div(square, torch.rsub(torch.pow(0.98, count), 1))
        if gradient.dim() > 1:
          torch.mul_(weight, 1. - rate * decay)
        torch.addcdiv_(weight, mean, torch.add(torch.sqrt(square), 1e-8), value=-rate)
    return sums[0]

  # Zero moments for each leaf.
  def begin(self: __torch__.Decoder, leaves: List[Tensor]) -> int:
    first = annotate(List[Tensor], [])
    second = annotate(List[Tensor], [])
    steps = annotate(List[Tensor], [])
    for i in range(len(leaves)):
      first.append(torch.zeros_like(leaves[i]))
      second.append(torch.zeros_like(leaves[i]))
      steps.append(torch.zeros([], dtype=6, device=leaves[i].device))
    self.first = first
    self.second = second
    self.steps = steps
    return len(leaves)

  # The rows of each linear map in the block of this place in its layer.
  def fused(self: __torch__.Decoder, place: int, rows: int) -> List[int]:
    sizes = [rows]
    if place == 0:
      sizes = [self.heads * self.head_size, self.kv_heads * self.head_size, self.kv_heads * self.head_size]
    if place == 3:
      sizes = [rows // 2, rows // 2]
    return sizes

  # The direction of Muon (Jordan 2024): nearly the orthogonal matrix that is closest to "update" [out, in], by five steps of
  # a Newton-Schulz iteration, scaled by sqrt(out / in) where that is above 1.
  def orthogonal(self: __torch__.Decoder, update: Tensor) -> Tensor:
    tall = update.size(0) > update.size(1)
    x = torch.div(update, torch.add(torch.sqrt(torch.sum(torch.mul(update, update))), 1e-7))
    if tall:
      x = torch.t(x)
    for i in range(5):
      a = torch.mm(x, torch.t(x))
      b = torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315)
      x = torch.addmm(x, b, x, beta=3.4445, alpha=1.)
    if tall:
      x = torch.mul(torch.t(x), torch.sqrt(float(update.size(0)) / float(update.size(1))))
    return x

  # The weights, in the order in which load takes them.
  def weights(self: __torch__.Decoder, any: Tensor) -> List[Tensor]:
    q = self.heads * self.head_size
    k = self.kv_heads * self.head_size
    all = annotate(List[Tensor], [])
    for i in range(len(self.ends)):
      all.append(torch.clone(self.ends[i]))
    for l in range(self.layers):
      o = 7 * l
      w = torch.split(self.blocks[o], [q, k, k], 0)
      b = torch.split(self.blocks[o + 1], [q, k, k], 0)
      gate, up = torch.chunk(self.blocks[o + 3], 2, 0)
      parts = [self.blocks[o + 5], w[0], b[0], w[1], b[1], w[2], b[2], self.blocks[o + 2], self.blocks[o + 6], gate, up, self.blocks[o + 4]]
      for j in range(len(parts)):
        all.append(torch.clone(parts[j]))
    return all
