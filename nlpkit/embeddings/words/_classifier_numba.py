"""Compiled work of fastText's classifiers: the features of texts, and the walk down a tree of labels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlpkit._kernel import kernel

_MULTIPLIER = np.uint64(116049371)


class TokenFeatures(NamedTuple):
    """The features of different tokens.

    Attributes
    ----------
    rows, row_ends : (n,) int64, (n_tokens + 1,) int64
        Token t's features are ``rows[row_ends[t]:row_ends[t + 1]]``: rows of ``word_rows``, then of ``ngram_rows``;
        -1 is one without a row.
    word_rows, ngram_rows : (n, d) float32
    """

    rows: np.ndarray
    row_ends: np.ndarray
    word_rows: np.ndarray
    ngram_rows: np.ndarray


class WordNgrams(NamedTuple):
    """How n-grams of words become features.

    Attributes
    ----------
    hashes : (n_tokens,) int32
        Words from which n-grams are made.
    longest : int
        Words in the longest n-gram.
    bucket, buckets, leave_out : int, int32, bool
        How many buckets there are, which have a row, and whether the others are left out of the count.
    """

    hashes: np.ndarray
    longest: int
    bucket: int
    buckets: np.ndarray
    leave_out: bool


@kernel
def find_row(buckets, bucket, number):
    """Where a bucket's row is, or -1: ``buckets`` are ascending, and all when there are ``bucket`` of them."""
    if len(buckets) == bucket:
        return number
    low, high = 0, len(buckets)
    while low < high:
        middle = (low + high) // 2
        if buckets[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low if low < len(buckets) and buckets[low] == number else -1


@kernel
def average_texts(tokens, ends, features, ngrams, means, counts):
    """Write the mean of each text's features.

    Parameters
    ----------
    tokens, ends
        Text i holds the tokens ``tokens[ends[i]:ends[i + 1]]``, as numbers of different tokens.
    features : TokenFeatures
    ngrams : WordNgrams
    means, counts : (n_texts, d) float32, (n_texts,) int64
        The means, and how many features they are of; zeros when there are none.
    """
    rows, row_ends, word_rows, ngram_rows = features
    hashes, word_ngrams, bucket, buckets, leave_out = ngrams
    width = means.shape[1]
    n_words = len(word_rows)
    for text in range(len(ends) - 1):
        count = 0
        mean = means[text]
        mean[:] = 0
        for i in range(ends[text], ends[text + 1]):
            for k in range(row_ends[tokens[i]], row_ends[tokens[i] + 1]):
                row = rows[k]
                if row >= n_words:
                    for j in range(width):
                        mean[j] += ngram_rows[row - n_words, j]
                elif row >= 0:
                    for j in range(width):
                        mean[j] += word_rows[row, j]
                if row >= 0 or not leave_out:
                    count += 1
        if word_ngrams > 1:
            for i in range(ends[text], ends[text + 1]):
                value = np.uint64(np.int64(hashes[tokens[i]]))
                for following in range(i + 1, min(i + word_ngrams, ends[text + 1])):
                    value = value * _MULTIPLIER + np.uint64(np.int64(hashes[tokens[following]]))
                    row = find_row(buckets, bucket, np.int64(value % np.uint64(bucket)))
                    if row >= 0:
                        for j in range(width):
                            mean[j] += ngram_rows[row, j]
                    if row >= 0 or not leave_out:
                        count += 1
        counts[text] = count
        if count > 0:
            scale = np.float32(1.0 / count)
            for j in range(width):
                mean[j] *= scale


@kernel
def build_tree(counts, left, right):
    """Build the Huffman tree of labels, given the most frequent first: inner node i is ``left[i]`` and ``right[i]``.

    Nodes are numbered leaves first. Of equal counts the inner node that was made first goes first.
    """
    n = len(counts)
    sums = np.full(2 * n - 1, np.int64(10**15))
    sums[:n] = counts
    leaf, node = n - 1, n
    for parent in range(n, 2 * n - 1):
        for side in range(2):
            if leaf >= 0 and sums[leaf] < sums[node]:
                child = leaf
                leaf -= 1
            else:
                child = node
                node += 1
            if side == 0:
                left[parent - n] = child
            else:
                right[parent - n] = child
        sums[parent] = sums[left[parent - n]] + sums[right[parent - n]]


@kernel
def shifted_log(value):
    """The logarithm that fastText takes of probabilities: of 1e-5 more, as float32."""
    return np.float32(np.log(np.float64(value) + 1e-5))


@kernel
def multiply_rows(means, columns, products):
    """Write ``means @ columns``, each sum taken from the first term to the last in float32, as fastText does."""
    for i in range(len(means)):
        products[i] = 0
        for j in range(len(columns)):
            factor = means[i, j]
            for label in range(columns.shape[1]):
                products[i, label] += columns[j, label] * factor


@kernel
def normalise_rows(products):
    """Turn each row of products into probabilities that add up to 1, in place."""
    for i in range(len(products)):
        largest = products[i].max()
        total = np.float32(0)
        for label in range(products.shape[1]):
            products[i, label] = np.float32(np.exp(np.float64(products[i, label] - largest)))
            total += products[i, label]
        for label in range(products.shape[1]):
            products[i, label] /= total


@kernel
def raise_entry(found, scores, place, label, score):
    """Put an entry into a heap with the worst entry on top, at ``place`` or above it."""
    while place > 0 and scores[(place - 1) // 2] > score:
        found[place], scores[place] = found[(place - 1) // 2], scores[(place - 1) // 2]
        place = (place - 1) // 2
    found[place], scores[place] = label, score


@kernel
def remove_worst(found, scores, size):
    """Move the top of a heap of ``size`` entries behind the others.

    Which of equals is on top then is as in the standard library that fastText is compiled with on Linux: the place on
    top goes down to a leaf, and the last entry comes up from there.
    """
    label, score = found[size - 1], scores[size - 1]
    found[size - 1], scores[size - 1] = found[0], scores[0]
    size -= 1
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 2
        if child >= size or scores[child] > scores[child - 1]:
            child -= 1
        found[place], scores[place] = found[child], scores[child]
        place = child
    if size > 0:
        raise_entry(found, scores, place, label, score)


@kernel
def add_entry(found, scores, size, k, label, score):
    """Put an entry among the best ``k``; return how many there are."""
    if size == k and score < scores[0]:
        return size
    raise_entry(found, scores, size, label, score)
    if size == k:
        remove_worst(found, scores, size + 1)
        return size
    return size + 1


@kernel
def sort_entries(found, scores, size):
    """Put the entries of a heap in order, the best first."""
    for left in range(size, 1, -1):
        remove_worst(found, scores, left)


@kernel
def find_best(chances, k, threshold, found, scores):
    """Find the ``k`` most probable labels, the best first.

    Parameters
    ----------
    chances : (n,) float32
        The labels' probabilities.
    threshold : float32
        Labels less probable are left out.
    found, scores : (k + 1,) int64 and float32
        The labels, and the logarithms of their probabilities.

    Returns
    -------
    int
        How many were found.
    """
    size = 0
    for label in range(len(chances)):
        if not chances[label] < threshold:
            size = add_entry(found, scores, size, k, label, shifted_log(chances[label]))
    sort_entries(found, scores, size)
    return size


@kernel
def walk_tree(hidden, outputs, left, right, k, threshold, found, scores):
    """Find the ``k`` most probable leaves of a tree, the best first.

    Parameters
    ----------
    hidden : (d,) float32
        A text's mean.
    outputs : (n, d) float32
        The rows of the inner nodes, of which there are n - 1.
    threshold : float32
        Branches less probable are left out.
    found, scores : (k + 1,) int64 and float32
        The leaves, and the logarithms of their probabilities.

    Returns
    -------
    int
        How many were found.
    """
    n = len(left) + 1
    floor = shifted_log(threshold)
    nodes = np.empty(n + 1, np.int64)
    values = np.empty(n + 1, np.float32)
    nodes[0], values[0] = 2 * n - 2, np.float32(0)
    depth, size = 1, 0
    while depth > 0:
        depth -= 1
        node, value = nodes[depth], values[depth]
        if value < floor or (size == k and value < scores[0]):
            continue
        if node < n:
            size = add_entry(found, scores, size, k, node, value)
            continue
        inner = node - n
        product = np.float32(0)
        for j in range(len(hidden)):
            product += outputs[inner, j] * hidden[j]
        chance = np.float32(1.0 / np.float64(np.float32(1) + np.exp(-product)))
        nodes[depth], values[depth] = right[inner], value + shifted_log(chance)
        nodes[depth + 1], values[depth + 1] = left[inner], value + shifted_log(np.float32(1.0 - np.float64(chance)))
        depth += 2
    sort_entries(found, scores, size)
    return size
