// An analyst watches a cascade grow.
import { graphql, useSubscription } from 'react-relay';

const growing = graphql`
  subscription GrowingCascadeSubscription($id: ID!) {
    cascade(id: $id) {
      id
      size
      depth
      opens
    }
  }
`;

export const useGrowingCascade = (id) => useSubscription({ subscription: growing, variables: { id } });
