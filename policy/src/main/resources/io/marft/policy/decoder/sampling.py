# Sampling with a cache of keys and values: the third part of class Decoder, see decoder.py.
#
# cache: the keys and the values of each layer, flat. They are read as [rows, K, S, E], S slots for each row; the token at
# position p of a row is in its slot p, so rows of any length lie side by side. The slots behind a row's last token mean nothing
# and are masked, but they must be finite: a weight of zero times NaN is NaN.
# Draws: temperature, top_k, top_p, min_p [B, 1]; mode [0], [1] or [2]: 0 if no row filters, 1 if some do, 2 if all take the
# most probable token; uniform [B, 1] in [0, 1), double.

  # Finds a place in each row of weights p [B, n], by the inverse of the cumulative distribution, in double: first a block of
  # 128, if there are many, then a place in it. A place of weight 0 is never drawn: uniform times the sum is less than the sum.
  def descend(self: __torch__.Decoder, p: Tensor, uniform: Tensor) -> Tensor:
    size = p.size(1)
    if size <= 1024:
      cumulative = torch.cumsum(torch.to(p, 7), 1)
      level = torch.mul(uniform, torch.narrow(cumulative, 1, size - 1, 1))
      place = torch.sum(torch.le(cumulative, level), [1], True)
    else:
      blocks = torch.view(torch.constant_pad_nd(p, [0, (128 - size % 128) % 128], 0), [p.size(0), -1, 128])
      sums = torch.sum(blocks, [2], False, dtype=7)
      cumulative = torch.cumsum(sums, 1)
      level = torch.mul(uniform, torch.narrow(cumulative, 1, cumulative.size(1) - 1, 1))
      block = torch.sum(torch.le(cumulative, level), [1], True)
      rest = torch.sub(level, torch.sub(torch.gather(cumulative, 1, block), torch.gather(sums, 1, block)))
      inside = torch.squeeze(torch.gather(blocks, 1, torch.expand(torch.unsqueeze(block, 2), [-1, 1, 128])), 1)
      place = torch.sum(torch.le(torch.cumsum(torch.to(inside, 7), 1), rest), [1], True)
      # Where rounding leaves more than the block holds, the place is the block's last one of any weight.
      places = torch.unsqueeze(torch.arange(128, device=p.device), 0)
      last = torch.amax(torch.mul(places, torch.gt(inside, 0.)), [1], True)
      place = torch.add(torch.mul(block, 128), torch.minimum(place, last))
    return place

  # Draws among the most probable tokens: those that top_k keeps, of these what top_p keeps, of these what min_p keeps. logits
  # [B, V], divided by the temperature. Of a large vocabulary only the first 1024 are sorted, if no row keeps more. A row that keeps all draws as
  # it would among others that do, so that a seed gives the same tokens whatever shares the batch.
  def filter(self: __torch__.Decoder, logits: Tensor, top_k: Tensor, top_p: Tensor, min_p: Tensor,
      uniform: Tensor) -> Tuple[Tensor, Tensor]:
    vocabulary = logits.size(1)
    size = vocabulary
    if vocabulary > 1024:
      size = 1024
    whole = torch.logsumexp(logits, [1], True)
    free = torch.logical_and(torch.logical_and(torch.ge(top_k, vocabulary), torch.ge(top_p, 1.)), torch.le(min_p, 0.))
    kept = logits
    order = logits
    going = True
    while going:
      values, order = torch.topk(logits, size, -1, True, True)
      ranks = torch.unsqueeze(torch.arange(size, device=logits.device), 0)
      short = torch.masked_fill(values, torch.ge(ranks, top_k), -inf)
      total = torch.where(torch.le(top_k, size), torch.logsumexp(short, [1], True), whole)
      p = torch.exp(torch.to(torch.sub(short, total), 7))
      before = torch.sub(torch.cumsum(p, 1), p)
      least = torch.add(torch.narrow(values, 1, 0, 1), torch.log(min_p))
      drop = torch.logical_and(torch.logical_or(torch.ge(before, top_p), torch.lt(values, least)), torch.gt(ranks, 0))
      kept = torch.masked_fill(short, drop, -inf)
      done = torch.logical_or(torch.logical_or(torch.le(top_k, size), torch.select(drop, 1, size - 1).unsqueeze(1)), free)
      going = size < vocabulary and not bool(torch.item(torch.all(done)))
      if going:
        size = vocabulary
    all = torch.log_softmax(kept, -1)
    place = self.descend(torch.exp(all), uniform)
    token = torch.gather(order, 1, place)
    chosen = torch.gather(all, 1, place)
    if bool(torch.item(torch.any(free))):
      plain, logp = self.plain(logits, uniform)
      token = torch.where(free, plain, token)
      chosen = torch.where(free, logp, chosen)
    return (token, chosen)

  # Draws from the whole distribution. logits [B, V], divided by the temperature.
  def plain(self: __torch__.Decoder, logits: Tensor, uniform: Tensor) -> Tuple[Tensor, Tensor]:
    all = torch.log_softmax(logits, -1)
    token = self.descend(torch.exp(all), uniform)
    return (token, torch.gather(all, 1, token))

  # Draws one token per row from states [B, D]. Returns tokens [B] and their log-probabilities [B] under the distribution that
  # they were drawn from.
  def draw(self: __torch__.Decoder, states: Tensor, maps: List[Tensor], temperature: Tensor, top_k: Tensor, top_p: Tensor,
      min_p: Tensor, mode: Tensor, uniform: Tensor) -> Tuple[Tensor, Tensor]:
    logits = self.head(states, maps)
    kind = mode.size(0)
    if kind == 2:
      token = torch.argmax(logits, 1, True)
      chosen = torch.zeros([logits.size(0), 1], dtype=6, device=logits.device)
    else:
      logits = torch.div(logits, temperature)
      if kind == 1:
        token, chosen = self.filter(logits, top_k, top_p, min_p, uniform)
      else:
        token, chosen = self.plain(logits, uniform)
    return (torch.squeeze(token, 1), torch.squeeze(chosen, 1))

  # The rows first to first + count of a part of the cache, as [count * K, S, E].
  def rows(self: __torch__.Decoder, part: Tensor, slots: int, first: int, count: int) -> Tensor:
    size = self.kv_heads * slots * self.head_size
    return torch.view(torch.narrow(part, 0, first * size, count * size), [count * self.kv_heads, slots, self.head_size])

  # Reads prompts, or the next piece of them, into the cache, and draws what follows. ids [B, T], padded on the right; lengths
  # [B]; slots [S], past [P], first [r]: tensors whose sizes count. The rows r to r + B have P tokens already.
  def prefill(self: __torch__.Decoder, ids: Tensor, lengths: Tensor, slots: Tensor, past: Tensor, first: Tensor,
      temperature: Tensor, top_k: Tensor, top_p: Tensor, min_p: Tensor, mode: Tensor, uniform: Tensor,
      lora: List[Tensor], cache: List[Tensor]) -> Tuple[Tensor, Tensor]:
    maps = self.serving()
    none = [torch.empty([0])]
    batch = ids.size(0)
    length = ids.size(1)
    before = past.size(0)
    group = self.heads // self.kv_heads
    turned = self.heads + self.kv_heads
    cosine = torch.unsqueeze(torch.narrow(self.rotary[0], 0, before, length), 1)
    sine = torch.unsqueeze(torch.narrow(self.rotary[1], 0, before, length), 1)
    x = torch.embedding(self.ends[0], torch.reshape(ids, [-1]))
    # Query heads that share a key head stand one after the other, like so many positions.
    places = torch.unsqueeze(torch.arange(before + length, device=ids.device), 0)
    own = torch.unsqueeze(torch.arange(before, before + length, device=ids.device), 1)
    mask = torch.masked_fill(torch.zeros([length, before + length], dtype=x.dtype, device=ids.device), torch.gt(places, own), -inf)
    mask = torch.repeat(mask, [group, 1])
    last = torch.add(torch.mul(torch.arange(batch, device=ids.device), length), torch.sub(lengths, 1))
    for l in range(self.layers):
      qk, value = self.project(x, maps, lora, none, l)
      qk = self.rotate(torch.view(qk, [batch, length, turned, self.head_size]), cosine, sine)
      keys = torch.view(self.rows(cache[2 * l], slots.size(0), first.size(0), batch), [batch, self.kv_heads, -1, self.head_size])
      values = torch.view(self.rows(cache[2 * l + 1], slots.size(0), first.size(0), batch), [batch, self.kv_heads, -1, self.head_size])
      self.clear(keys, before + length)
      self.clear(values, before + length)
      room = torch.narrow(keys, 2, before, length)
      torch.copy_(room, torch.transpose(torch.narrow(qk, 2, self.heads, self.kv_heads), 1, 2))
      room = torch.narrow(values, 2, before, length)
      torch.copy_(room, torch.transpose(torch.view(value, [batch, length, self.kv_heads, self.head_size]), 1, 2))
      query = torch.view(torch.narrow(qk, 2, 0, self.heads), [batch, length, self.kv_heads, group, self.head_size])
      query = torch.reshape(torch.permute(query, [0, 2, 3, 1, 4]), [batch, self.kv_heads, group * length, self.head_size])
      attended = torch.scaled_dot_product_attention(
          query, torch.narrow(keys, 2, 0, before + length), torch.narrow(values, 2, 0, before + length), mask)
      attended = torch.view(attended, [batch, self.kv_heads, group, length, self.head_size])
      attended = torch.reshape(torch.permute(attended, [0, 3, 1, 2, 4]), [batch * length, self.heads * self.head_size])
      if l == self.layers - 1:
        attended = torch.index_select(attended, 0, last)
        x = torch.index_select(x, 0, last)
      x = self.finish(x, attended, maps, lora, none, l)
    x = self.normalise(x, maps[11 * self.layers + 1])
    return self.draw(x, maps, temperature, top_k, top_p, min_p, mode, uniform)

  # Goes one token further in the rows 0 to B of the cache. token, where [B]: the token and its position; slots [S], span [s]:
  # tensors whose sizes count: no row is longer than s, with its token. owners: which LoRA columns are each row's own, see linear.
  def advance(self: __torch__.Decoder, token: Tensor, where: Tensor, slots: Tensor, span: Tensor, temperature: Tensor,
      top_k: Tensor, top_p: Tensor, min_p: Tensor, mode: Tensor, uniform: Tensor, owners: List[Tensor], lora: List[Tensor],
      cache: List[Tensor]) -> Tuple[Tensor, Tensor]:
    maps = self.serving()
    batch = token.size(0)
    pairs = batch * self.kv_heads
    size = slots.size(0)
    seen = span.size(0)
    group = self.heads // self.kv_heads
    cosine = torch.unsqueeze(torch.index_select(self.rotary[0], 0, where), 1)
    sine = torch.unsqueeze(torch.index_select(self.rotary[1], 0, where), 1)
    x = torch.embedding(self.ends[0], token)
    places = torch.unsqueeze(torch.arange(seen, device=token.device), 0)
    mask = torch.masked_fill(torch.zeros([batch, seen], dtype=x.dtype, device=token.device), torch.gt(places, torch.unsqueeze(where, 1)), -inf)
    direct = x.dtype == 6 and not x.is_cuda
    if direct:
      mask = torch.unsqueeze(torch.repeat_interleave(mask, self.kv_heads, 0), 1)
    else:
      mask = torch.view(mask, [batch, 1, 1, seen])
    scale = self.head_size ** -0.5
    slot = torch.add(torch.mul(torch.arange(pairs, device=token.device), size), torch.repeat_interleave(where, self.kv_heads))
    for l in range(self.layers):
      qk, value = self.project(x, maps, lora, owners, l)
      qk = self.rotate(qk, cosine, sine)
      room = torch.view(cache[2 * l], [-1, self.head_size])
      torch.index_copy_(room, 0, slot, torch.reshape(torch.narrow(qk, 1, self.heads, self.kv_heads), [pairs, self.head_size]))
      room = torch.view(cache[2 * l + 1], [-1, self.head_size])
      torch.index_copy_(room, 0, slot, torch.reshape(value, [pairs, self.head_size]))
      # The query heads that share a key head stand side by side, like so many positions.
      query = torch.reshape(torch.narrow(qk, 1, 0, self.heads), [pairs, group, self.head_size])
      keys = torch.as_strided(cache[2 * l], [pairs, seen, self.head_size], [size * self.head_size, self.head_size, 1])
      values = torch.as_strided(cache[2 * l + 1], [pairs, seen, self.head_size], [size * self.head_size, self.head_size, 1])
      if direct:
        scores = torch.baddbmm(mask, query, torch.transpose(keys, 1, 2), beta=1, alpha=scale)
        attended = torch.bmm(torch.softmax(scores, -1), values)
      else:
        attended = torch.scaled_dot_product_attention(
            torch.view(query, [batch, self.kv_heads, group, self.head_size]),
            torch.view(keys, [batch, self.kv_heads, seen, self.head_size]),
            torch.view(values, [batch, self.kv_heads, seen, self.head_size]), mask)
      x = self.finish(x, torch.reshape(attended, [batch, self.heads * self.head_size]), maps, lora, owners, l)
    x = self.normalise(x, maps[11 * self.layers + 1])
    return self.draw(x, maps, temperature, top_k, top_p, min_p, mode, uniform)

  # Copies the first "span" slots of a row of the cache: the keys and the values of each layer, [K, span, E].
  def lift(self: __torch__.Decoder, slots: Tensor, row: Tensor, span: Tensor, cache: List[Tensor]) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for i in range(len(cache)):
      copies.append(torch.clone(torch.narrow(self.rows(cache[i], slots.size(0), row.size(0), 1), 1, 0, span.size(0))))
    return copies

  # Writes the first "span" slots of what lift copied into "count" rows of the cache, from row "first" on. These rows may have
  # another number of slots than the copied one.
  def lay(self: __torch__.Decoder, slots: Tensor, first: Tensor, count: Tensor, span: Tensor, copies: List[Tensor],
      cache: List[Tensor]) -> Tensor:
    size = span.size(0)
    for i in range(len(cache)):
      room = self.rows(cache[i], slots.size(0), first.size(0), count.size(0))
      room = torch.view(room, [count.size(0), self.kv_heads, -1, self.head_size])
      self.clear(room, size)
      room = torch.narrow(room, 2, 0, size)
      torch.copy_(room, torch.unsqueeze(torch.narrow(copies[i], 1, 0, size), 0))
    return slots

  # Zeroes the slots of room [rows, K, S, E] from "size" on.
  def clear(self: __torch__.Decoder, room: Tensor, size: int) -> int:
    rest = torch.narrow(room, 2, size, room.size(2) - size)
    torch.zero_(rest)
    return size

  # Makes one adapter of those that rows of a batch have: A stacked [ranks, in], B side by side [out, ranks]. lora: one adapter's
  # list after the other, each as wide as the first.
  def stack(self: __torch__.Decoder, lora: List[Tensor]) -> List[Tensor]:
    width = 8 * self.layers
    stacked = annotate(List[Tensor], [])
    for i in range(width):
      parts = annotate(List[Tensor], [])
      for j in range(len(lora) // width):
        parts.append(lora[j * width + i])
      stacked.append(torch.cat(parts, i % 2))
    return stacked
