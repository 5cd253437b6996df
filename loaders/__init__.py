"""Every file and every connection: logs come in here, stores hold them, snapshots lie beside."""
