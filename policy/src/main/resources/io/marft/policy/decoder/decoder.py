# A decoder-only language model (Qwen2, Qwen3, Llama 3), as TorchScript.
#
# The class goes on in training.py, sampling.py, pretraining.py and one of the two packing_*.py. Native joins these files, and
# TorchArchive packs them as code/__torch__.py. One call from Java is one method; all scalars arrive as tensors.
# Letters in shapes: B sequences, T positions (sequences padded on the right), N = B*T, M chosen rows out of N,
# D width, H query heads, K key/value heads, G = H/K, E head size, V vocabulary, R LoRA rank (0 where there is no LoRA).
#
# Padding on the right needs no mask: attention is causal, so no true position ever sees a padded one.
#
# Each layer has four linear maps, fused: 0 query|key|value, 1 attention output, 2 gate|up, 3 down. "maps" holds eleven
# tensors for each layer: weight and bias of each of the four, the first and the second norm's weight, and the weight of the
# norm of each query and key head [H+K, E]; behind the last layer the head's weight and the final norm's. An empty tensor
# stands for a weight that the model does not have. "lora" holds for each layer and map A [R, in] and B [out, R], B scaled by alpha/r, so
# that y = x W' + (x A') B'; a list of one tensor stands for no LoRA at all.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  layers : int
  heads : int
  kv_heads : int
  head_size : int
  epsilon : float
  # Whether many rows are multiplied as convolutions, see linear.
  convolves : bool
  # The embedding [V, D]. Pretraining keeps its weights as stored here and in "blocks": embedding, final norm [D], and,
  # where it is not tied, the head [V, D].
  ends : List[Tensor]
  # Pretraining only, for each layer seven: query|key|value weight and bias, output, gate|up, down, first norm, second norm.
  blocks : List[Tensor]
  # Cosines and signed sines of the rotary angles, each [longest, E]; then epsilon [1] in float32.
  rotary : List[Tensor]
  # The linear maps and norms that the passes use, see above.
  maps : List[Tensor]
  # "maps" again, with matrices in the layout that oneDNN multiplies few rows by fastest; empty where matrices are not packed.
  packed : List[Tensor]
  # The first and second moments of Muon and AdamW, and AdamW's step counters, in the order of "ends" and "blocks"; empty
  # outside of pretraining.
  first : List[Tensor]
  second : List[Tensor]
  steps : List[Tensor]

  # Takes over a frozen model; a head that is missing is tied to the embedding. rates [E/2]: inverse frequencies in double;
  # length: a tensor whose size is the longest context; packed: a list of one tensor stands for none.
  def take(self: __torch__.Decoder, embedding: Tensor, rates: Tensor, length: Tensor, maps: List[Tensor],
      packed: List[Tensor]) -> Tensor:
    head = 11 * self.layers
    if not maps[head].is_mkldnn and torch.numel(maps[head]) == 0:
      maps[head] = embedding
    if len(packed) > 1:
      if not packed[head].is_mkldnn:
        packed[head] = maps[head]
      self.packed = packed
    self.ends = [embedding]
    self.maps = maps
    self.turn(rates, length, embedding.dtype)
    return embedding

  # Fills "rotary", for positions below the size of "length".
  def turn(self: __torch__.Decoder, rates: Tensor, length: Tensor, dtype: int) -> int:
    angles = torch.mul(torch.unsqueeze(torch.arange(length.size(0), dtype=7, device=length.device), 1), torch.unsqueeze(rates, 0))
    sine = torch.sin(angles)
    cosine = torch.cos(angles)
    self.rotary = [
        torch.to(torch.cat([cosine, cosine], 1), dtype),
        torch.to(torch.cat([torch.neg(sine), sine], 1), dtype),
        torch.full([1], self.epsilon, dtype=6, device=length.device)]
    return length.size(0)

  # x, or None if it is empty.
  def maybe(self: __torch__.Decoder, x: Tensor) -> Optional[Tensor]:
    found = annotate(Optional[Tensor], None)
    if torch.numel(x) > 0:
      found = x
    return found

  # x / rms(x) over the last dimension, times weight.
  def normalise(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    if x.dtype == 6 and not x.requires_grad:
      # One pass for the sum of squares.
      norm = torch.linalg_vector_norm(x, 2, [-1], True)
      y = torch.mul(x, torch.rsqrt(torch.addcmul(self.rotary[2], norm, norm, value=1. / float(x.size(-1)))))
    elif x.dtype == 6:
      # The gradient of a sum of squares is 2 x. It goes through one factor alone, doubled, which saves half the way back.
      half = torch.sum(torch.mul(torch.detach(x), x), [-1], True)
      total = torch.sub(torch.mul(half, 2.), torch.detach(half))
      y = torch.mul(x, torch.rsqrt(torch.add(torch.mul(total, 1. / float(x.size(-1))), self.epsilon)))
    else:
      wide = torch.to(x, 6)
      mean = torch.mean(torch.mul(wide, wide), [-1], True)
      y = torch.to(torch.mul(wide, torch.rsqrt(torch.add(mean, self.epsilon))), x.dtype)
    if torch.numel(weight) > 0:
      y = torch.mul(y, weight)
    return y

  # x [N, in] -> [N, out]: x W' + bias + (x A') B'. owner [N, R], or empty: which columns of A' are each row's own.
  def linear(self: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Optional[Tensor], a: Tensor, b: Tensor,
      owner: Tensor) -> Tensor:
    count = x.size(0)
    if weight.is_mkldnn:
      y = self.multiply(x, weight, bias)
    elif self.convolves and count >= 512 and count % 16 == 0 and x.dtype == 6 and not x.is_cuda:
      # The same product as a convolution with a 1x1 kernel over 16 images: oneDNN runs it, forward and backward, at more
      # than twice the speed of libtorch's BLAS, MKL, where vectors are 512 bits wide and the processor is not Intel's.
      images = torch.permute(torch.view(x, [16, 1, count // 16, x.size(1)]), [0, 3, 1, 2])
      y = torch.conv2d(images, torch.unsqueeze(torch.unsqueeze(weight, -1), -1), bias)
      y = torch.reshape(torch.permute(y, [0, 2, 3, 1]), [count, weight.size(0)])
    else:
      y = torch.linear(x, weight, bias)
    if a.size(0) > 0:
      if a.dtype != x.dtype:
        a = torch.to(a, x.dtype)
        b = torch.to(b, x.dtype)
      inner = torch.mm(x, torch.t(a))
      if torch.numel(owner) > 0:
        inner = torch.mul(inner, owner)
      y = torch.addmm(y, inner, torch.t(b))
    return y

  # The matrix A (part 0) or B (part 1) of a layer's map.
  def lora(self: __torch__.Decoder, lora: List[Tensor], layer: int, map: int, part: int) -> Tensor:
    i = 8 * layer + 2 * map + part
    if len(lora) == 1:
      i = 0
    return lora[i]

  # The owner of a map's LoRA columns: one tensor for each of the four maps, or one for none.
  def owner(self: __torch__.Decoder, owners: List[Tensor], map: int) -> Tensor:
    i = map
    if len(owners) == 1:
      i = 0
    return owners[i]

  # Turns pairs (i, i + E/2) of x [..., E] by the angles of cosine and sine.
  def rotate(self: __torch__.Decoder, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    return torch.addcmul(torch.mul(x, cosine), torch.roll(x, [self.head_size // 2], [-1]), sine)

  # x [N, D] -> queries and keys, not yet turned, [N, H+K, E], and values [N, K, E] of a layer.
  def project(self: __torch__.Decoder, x: Tensor, maps: List[Tensor], lora: List[Tensor], owners: List[Tensor],
      l: int) -> Tuple[Tensor, Tensor]:
    o = 11 * l
    turned = self.heads + self.kv_heads
    qkv = self.linear(self.normalise(x, maps[o + 8]), maps[o], self.maybe(maps[o + 1]), self.lora(lora, l, 0, 0),
        self.lora(lora, l, 0, 1), self.owner(owners, 0))
    qkv = torch.view(qkv, [x.size(0), turned + self.kv_heads, self.head_size])
    qk, value = torch.split_with_sizes(qkv, [turned, self.kv_heads], 1)
    if torch.numel(maps[o + 10]) > 0:
      qk = self.normalise(qk, maps[o + 10])
    return (qk, value)

  # The rest of a layer after attention: x [N, D], attended [N, H*E] -> [N, D].
  def finish(self: __torch__.Decoder, x: Tensor, attended: Tensor, maps: List[Tensor], lora: List[Tensor],
      owners: List[Tensor], l: int) -> Tensor:
    o = 11 * l
    x = torch.add(x, self.linear(attended, maps[o + 2], self.maybe(maps[o + 3]), self.lora(lora, l, 1, 0),
        self.lora(lora, l, 1, 1), self.owner(owners, 1)))
    y = self.normalise(x, maps[o + 9])
    weight = maps[o + 4]
    bias = maps[o + 5]
    a = self.lora(lora, l, 2, 0)
    b = self.lora(lora, l, 2, 1)
    inner = weight.size(0) // 2
    if x.size(0) >= 512 and not weight.is_mkldnn:
      # Gate and up are computed apart, so that their gradients need not be joined.
      second = b
      if a.size(0) > 0:
        second = torch.narrow(b, 0, inner, inner)
        b = torch.narrow(b, 0, 0, inner)
      other = bias
      if torch.numel(bias) > 0:
        other = torch.narrow(bias, 0, inner, inner)
        bias = torch.narrow(bias, 0, 0, inner)
      owner = self.owner(owners, 2)
      gate = self.linear(y, torch.narrow(weight, 0, 0, inner), self.maybe(bias), a, b, owner)
      up = self.linear(y, torch.narrow(weight, 0, inner, inner), self.maybe(other), a, second, owner)
    else:
      gate, up = torch.chunk(self.linear(y, weight, self.maybe(bias), a, b, self.owner(owners, 2)), 2, 1)
    y = torch.mul(torch.silu(gate), up)
    return torch.add(x, self.linear(y, maps[o + 6], self.maybe(maps[o + 7]), self.lora(lora, l, 3, 0),
        self.lora(lora, l, 3, 1), self.owner(owners, 3)))

  # Causal attention: query [B, T, H, E], key and value [B, T, K, E] -> [B*T, H*E].
  def attend(self: __torch__.Decoder, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    batch = query.size(0)
    length = query.size(1)
    group = self.heads // self.kv_heads
    if length <= 128 and query.requires_grad and query.dtype == 6 and not query.is_cuda:
      # The attention weights of short sequences are few enough to be kept: the backward pass takes a third less time if it
      # need not compute them again. Heads that share a key are rows of one product.
      rows = [batch * self.kv_heads, length, self.head_size]
      query = torch.permute(torch.reshape(query, [batch, length, self.kv_heads, group, self.head_size]), [0, 2, 3, 1, 4])
      query = torch.reshape(query, [rows[0], group * length, self.head_size])
      key = torch.reshape(torch.transpose(key, 1, 2), rows)
      value = torch.reshape(torch.transpose(value, 1, 2), rows)
      later = torch.triu(torch.full([length, length], -3.e38, dtype=6, device=query.device), 1)
      later = torch.unsqueeze(torch.repeat(later, [group, 1]), 0)
      scores = torch.baddbmm(later, query, torch.transpose(key, 1, 2), alpha=torch.pow(self.head_size, -0.5))
      attended = torch.bmm(torch.softmax(scores, -1), value)
      attended = torch.permute(torch.view(attended, [batch, self.kv_heads, group, length, self.head_size]), [0, 3, 1, 2, 4])
    else:
      if group > 1:
        key = torch.repeat_interleave(key, group, 2)
        value = torch.repeat_interleave(value, group, 2)
      attended = torch.transpose(torch.scaled_dot_product_attention(
          torch.transpose(query, 1, 2), torch.transpose(key, 1, 2), torch.transpose(value, 1, 2), None, 0., True), 1, 2)
    return torch.reshape(attended, [batch * length, -1])

  # One layer over whole sequences: x [B*T, D] -> [B*T, D], or of the chosen rows [M, D] if it is the last one.
  def layer(self: __torch__.Decoder, x: Tensor, batch: int, rows: Tensor, maps: List[Tensor], lora: List[Tensor],
      l: int) -> Tensor:
    length = x.size(0) // batch
    # One row for each head: a multiplication's innermost loop is over all of them then.
    cosine = torch.repeat(torch.unsqueeze(torch.narrow(self.rotary[0], 0, 0, length), 1), [1, self.heads + self.kv_heads, 1])
    sine = torch.repeat(torch.unsqueeze(torch.narrow(self.rotary[1], 0, 0, length), 1), [1, self.heads + self.kv_heads, 1])
    none = [torch.empty([0])]
    qk, value = self.project(x, maps, lora, none, l)
    qk = torch.view(qk, [batch, length, self.heads + self.kv_heads, self.head_size])
    value = torch.view(value, [batch, length, self.kv_heads, self.head_size])
    query, key = torch.split_with_sizes(self.rotate(qk, cosine, sine), [self.heads, self.kv_heads], 2)
    attended = self.attend(query, key, value)
    if l == self.layers - 1:
      attended = torch.index_select(attended, 0, rows)
      x = torch.index_select(x, 0, rows)
    return self.finish(x, attended, maps, lora, none, l)

  # ids [B, T], rows [M] -> last states after the final norm, [M, D], of the chosen rows out of N.
  def states(self: __torch__.Decoder, ids: Tensor, rows: Tensor, embedding: Tensor, maps: List[Tensor],
      lora: List[Tensor]) -> Tensor:
    x = torch.embedding(embedding, torch.reshape(ids, [-1]))
    for l in range(self.layers):
      x = self.layer(x, ids.size(0), rows, maps, lora, l)
    return self.normalise(x, maps[11 * self.layers + 1])

  # states [M, D] -> logits [M, V] in float32.
  def head(self: __torch__.Decoder, states: Tensor, maps: List[Tensor]) -> Tensor:
    weight = maps[11 * self.layers]
    if weight.is_mkldnn:
      y = self.multiply(states, weight, None)
    elif states.dtype == 6 and not states.is_cuda and states.size(0) < 64 and weight.size(0) > 4096:
      y = self.wide(states, weight)
    else:
      y = torch.linear(states, weight)
    return torch.to(y, 6)

  # The maps that serving multiplies by: packed ones where there are any.
  def serving(self: __torch__.Decoder) -> List[Tensor]:
    maps = self.maps
    if len(self.packed) > 0:
      maps = self.packed
    return maps

  # Logits [M, V] at the chosen rows. ids [B, T], rows [M].
  def logits(self: __torch__.Decoder, ids: Tensor, rows: Tensor, lora: List[Tensor]) -> Tensor:
    maps = self.serving()
    return self.head(self.states(ids, rows, self.ends[0], maps, lora), maps)

  # A tensor of undefined values. values, dtype: tensors whose sizes are the number of values and the type.
  def allocate(self: __torch__.Decoder, values: Tensor, dtype: Tensor) -> Tensor:
    return torch.empty([values.size(0)], dtype=dtype.size(0), device=values.device)

  # Copies the bytes of a piece into a target, from the place that is the size of "at" on.
  def fill(self: __torch__.Decoder, at: Tensor, piece: Tensor, target: Tensor) -> Tensor:
    values = torch.view_copy(piece, dtype=target.dtype)
    room = torch.narrow(target, 0, at.size(0), values.size(0))
    torch.copy_(room, values)
    return at

  # Copies of tensors in the model's type.
  def cast(self: __torch__.Decoder, lora: List[Tensor]) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for i in range(len(lora)):
      copies.append(torch.to(lora[i], self.ends[0].dtype, False, True))
    return copies
