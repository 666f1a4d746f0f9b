import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { levelQuery, type TreeNode } from './query';

/** A node as it is shown: where it stands, and what is known of those below it. */
export interface Shown {
  node: TreeNode;
  parentId: string | null;
  level: number;
  place: number;
  siblingCount: number;
  /** Null for a node that has nobody below it. */
  isExpanded: boolean | null;
  /** How many below the parent are not shown: a level shows a hundred. */
  hiddenCount: number;
}

/** The structure, read level by level as it is opened. */
export function useTree(id: string) {
  const root = useQuery(levelQuery(id, null));
  const rootId = root.data?.company?.structure.nodes[0]?.id;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const isOpen = (one: string) => (one === rootId ? !closed.has(one) : opened.has(one));
  const asked = [...new Set([...(rootId ? [rootId] : []), ...opened])];
  const levels = useQueries({ queries: asked.map((parentId) => levelQuery(id, parentId)) });
  const byParent = new Map(asked.map((parentId, place) => [parentId, levels[place]?.data?.company?.structure]));

  // While levels are read again after a move, a node can be below its former place and its new one.
  const listed = new Set<string>();

  function list(parentId: string | null, level: number): Shown[] {
    const below = parentId === null ? root.data?.company?.structure : byParent.get(parentId);
    const nodes = below?.nodes ?? [];
    const hidden = (below?.totalCount ?? 0) - nodes.length;
    return nodes.flatMap((node, index) => {
      if (listed.has(node.id)) return [];
      listed.add(node.id);
      const known = byParent.get(node.id);
      const isLeaf = known !== undefined && known.totalCount === 0;
      const shown: Shown = {
        node,
        parentId,
        level,
        place: index + 1,
        siblingCount: nodes.length,
        isExpanded: isLeaf ? null : isOpen(node.id),
        hiddenCount: index === nodes.length - 1 ? hidden : 0,
      };
      return isOpen(node.id) ? [shown, ...list(node.id, level + 1)] : [shown];
    });
  }

  function setOpen(one: string, isWanted: boolean) {
    const change = (before: ReadonlySet<string>, isIn: boolean) => {
      const next = new Set(before);
      if (isIn) next.add(one);
      else next.delete(one);
      return next;
    };
    setOpened((before) => change(before, isWanted));
    setClosed((before) => change(before, !isWanted));
  }

  const failure = levels.find((level) => level.error)?.error ?? null;
  return { root, rootId, shown: list(null, 1), setOpen, failure };
}
